// Where the modules of a project lie: names as Python resolves them, within the work tree alone. What is not
// found here is an installed module. Directories are listed once and remembered. Single-threaded.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

struct PythonModule {
  std::vector<std::string> files;    // of the packages on the way and of the module itself
  std::vector<std::string> awaited;  // outputs that are not there yet and may hold, or be, parts of it
  std::vector<std::string>
      packages;      // directories in which its submodules are looked for; none of a plain module
  std::string init;  // of a package: its __init__ file, or "" for a namespace
};

class PythonModules {
 public:
  explicit PythonModules(std::string root) : root_(std::move(root)) {}

  // Paths that stages make; they count as if they were there.
  void expect(const std::vector<std::string>& outputs);

  // "a.b" as it is found in these directories (from the root, in this order). As far as it is local: a name
  // that is not ends the search.
  PythonModule find(const std::vector<std::string>& directories, std::string_view name);
  // The package that a relative import starts from.
  PythonModule package_at(const std::string& directory);
  // "a.b" within a package that was found, added to what `module` has.
  void descend(PythonModule& module, std::string_view name);

  bool is_file(const std::string& path);
  bool is_directory(const std::string& path);
  // Not there, and an output or a part of one.
  bool is_awaited(const std::string& path);

  // Something at or below the path was written. Whether that may change what was found.
  bool forget(const std::string& path);

 private:
  enum class Kind { File, Directory, AwaitedFile, AwaitedDirectory };
  using Names = std::map<std::string, Kind, std::less<>>;

  const Names& names_in(const std::string& directory);
  Names list(const std::string& directory) const;
  std::optional<Kind> kind_of(const std::string& path);
  std::optional<std::string> file_called(const std::string& directory, std::string_view stem);
  bool step(PythonModule& module, const std::vector<std::string>& directories, std::string_view part);
  void add(PythonModule& module, const std::string& file);

  std::string root_;
  std::map<std::string, Names> listings_;
  std::map<std::string, Names> expected_;  // by directory
};

}  // namespace dvx
