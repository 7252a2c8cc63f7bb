// A file by the name a program used and by the one it has without symbolic links.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace dvx {

struct FilePath {
  std::string named, real;  // absolute; `named` is normalized by text

  friend bool operator==(const FilePath&, const FilePath&) = default;
};

// Follows symbolic links, remembering directories: a trace asks for thousands of files in a few of them.
class FilePathResolver {
 public:
  // Paths that lie outside of `root` (absolute, real) by both names are left out.
  explicit FilePathResolver(std::string root) : root_(std::move(root)) {}

  // `path` is absolute, as the program gave it. nullopt: outside.
  std::optional<FilePath> file(std::string_view path);
  // What stands at the name itself, even if that is a link.
  std::optional<FilePath> entry(std::string_view path);
  // Links or directories may have changed.
  void forget() {
    directories_.clear();
    last_ = nullptr;
  }

 private:
  struct Directory {
    std::string real;  // "" when it is not there
    std::size_t asked = 0;
    std::optional<std::set<std::string, std::less<>>> links;  // names of the links in it, once listed
  };

  Directory& directory(std::string_view path);
  bool is_link(Directory& directory, std::string_view name);
  std::optional<FilePath> unless_outside(FilePath path) const;

  std::string root_;
  std::unordered_map<std::string, Directory> directories_;
  std::pair<const std::string, Directory>* last_ = nullptr;  // of `directories_`
};

}  // namespace dvx
