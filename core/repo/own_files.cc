#include "core/repo/own_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/git/index_names.h"

namespace dvx {

namespace {

constexpr const char* kDirectory = ".dvx";
constexpr std::array<std::string_view, 2> kShared = {"config", ".gitignore"};

bool is_regular(std::uint32_t mode) {
  return (mode & S_IFMT) == S_IFREG;
}

// `path` as seen from the top of git's work tree; nullopt when it lies outside of it.
std::optional<std::string> seen_from_git(const std::string& root, const GitRepository& git) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(root.c_str(), nullptr), &std::free);
  return real ? path_beneath(real.get(), git.work_tree()) : std::nullopt;
}

// Out of git, and out of the way: nothing of it is lost, nothing of it counts.
std::string removal(const std::string& top, const std::string& path) {
  const std::string place = join_path(top, path);
  return fmt::format("git -C {} rm -r -q --cached {} && mv {} {}", paste_quote(top), paste_quote(path),
                     paste_quote(place), paste_quote(place + ".foreign"));
}

[[noreturn]] void refuse_tracked(const IndexName& name, const std::string& directory,
                                 const std::string& top) {
  // When a file lies in a directory of dvx's, such as a store, the whole directory has to go.
  const std::string_view inside = std::string_view(name.path).substr(directory.size());
  const std::size_t part = inside.empty() ? 0 : inside.find('/', 1);
  const std::string whole = name.path.substr(0, directory.size() + std::min(part, inside.size()));
  throw Error(ErrorKind::Config,
              fmt::format("'{}' is tracked by git, so it came with the repository: in '{}' only the files "
                          "'config' and '.gitignore' may, since dvx takes the rest for its own",
                          display_path(name.path), directory),
              removal(top, whole), name.path);
}

void refuse_links(const std::string& root) {
  const std::string directory = join_path(root, kDirectory), config = join_path(directory, "config");
  const auto found = stat_if_exists(directory);
  if (found && !S_ISDIR(found->st_mode)) {
    throw Error(
        ErrorKind::Config,
        fmt::format("'{}' is not a directory but a link or a file: what dvx writes would land elsewhere",
                    display_path(directory)),
        fmt::format("mv {} {}", paste_quote(directory), paste_quote(directory + ".foreign")), directory);
  }
  const auto settings = stat_if_exists(config);
  if (settings && !S_ISREG(settings->st_mode)) {
    throw Error(ErrorKind::Config,
                fmt::format("'{}' is not a regular file, so its settings are not read", display_path(config)),
                fmt::format("mv {} {}", paste_quote(config), paste_quote(config + ".foreign")), config);
  }
}

}  // namespace

void refuse_foreign_files(const std::string& root, const GitRepository* git) {
  refuse_links(root);
  const auto from_git = git == nullptr ? std::nullopt : seen_from_git(root, *git);
  if (!from_git) return;
  const std::string directory = join_path(*from_git, kDirectory);
  for (const IndexName& name : git->indexed_beneath(directory)) {
    bool is_shared = false;
    for (const std::string_view each : kShared)
      is_shared = is_shared || (name.path == join_path(directory, each) && is_regular(name.mode));
    if (!is_shared) refuse_tracked(name, directory, git->work_tree());
  }
}

}  // namespace dvx
