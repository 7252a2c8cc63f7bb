#include "core/commands/add_check.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/pointer_file.h"
#include "core/workspace/barrier.h"
#include "core/workspace/linker.h"
#include "objects/model/tree.h"

namespace dvx {

namespace {

class AddCheck {
 public:
  AddCheck(Repository& repository, const std::vector<TrackedPath>& tracked)
      : repository_(repository), tracked_(tracked) {}

  std::string path(const std::string& typed) {
    std::string path = repository_.from_user(typed);
    if (path.empty()) {
      throw Error(ErrorKind::Usage, "the whole repository cannot be tracked as data", "dvx add DIRECTORY",
                  typed);
    }
    check_names(path);
    refuse_barrier_above(repository_, path, fmt::format("'{}'", shown(path)));
    check_kind(path);
    check_submodule(path);
    check_overlap(path);
    return path;
  }

  // True when git has to let go of it first.
  bool waits_in_git(const std::string& path) {
    GitRepository& git = repository_.git();
    if (!git.is_tracked(path)) return false;
    const auto head = git.head();
    if (!head || !git.exists_at(*head, path)) return true;
    throw Error(ErrorKind::Blocked, fmt::format("'{}' is kept by git already", shown(path)),
                fmt::format("git rm -r --cached {0} && dvx add {0}", quoted(path)), path);
  }

 private:
  std::string shown(const std::string& path) const { return display_path(repository_.to_user(path)); }
  std::string quoted(const std::string& path) const { return paste_quote(repository_.to_user(path)); }

  void check_names(const std::string& path) const {
    for (std::string rest = path; !rest.empty(); rest = parent_path(rest)) {
      if (const auto refused = refused_entry_name(file_name(rest))) {
        throw Error(ErrorKind::Usage, fmt::format("'{}' cannot be tracked: {}", shown(path), *refused), {},
                    path);
      }
    }
    if (is_pointer_path(path)) {
      throw Error(ErrorKind::Usage, fmt::format("'{}' is a pointer file, not data", shown(path)),
                  fmt::format("dvx add {}", quoted(data_path_of(path))), path);
    }
    const std::string_view name = file_name(path);
    if (name == "dvx.yaml" || name == "dvx.lock" || name == ".gitignore" || name == ".dvxignore") {
      throw Error(ErrorKind::Usage, fmt::format("'{}' belongs in git", shown(path)),
                  fmt::format("git add {}", quoted(path)), path);
    }
  }

  void check_kind(const std::string& path) const {
    const auto st = stat_if_exists(repository_.path(path));
    if (!st) {
      throw Error(ErrorKind::NotFound, fmt::format("there is no file or directory '{}'", shown(path)), {},
                  path);
    }
    if (!S_ISLNK(st->st_mode)) return;
    char* raw = ::realpath(repository_.path(path).c_str(), nullptr);
    const std::string target = raw == nullptr ? std::string() : raw;
    std::free(raw);
    if (linked_object(target, repository_.store_dir())) return;
    const auto inside = path_beneath(target, repository_.root());
    throw Error(ErrorKind::Usage, fmt::format("'{}' is a symlink; dvx tracks what it leads to", shown(path)),
                inside && !inside->empty()
                    ? fmt::format("dvx add {}", quoted(*inside))
                    : fmt::format("cp -rL --remove-destination {0} {0}.tmp && mv {0}.tmp {0}", quoted(path)),
                path);
  }

  void check_submodule(const std::string& path) const {
    if (!is_submodule(repository_, path)) return;
    throw Error(ErrorKind::Usage,
                fmt::format("'{}' is a submodule: its files belong to that repository", shown(path)),
                fmt::format("cd {}   (and use dvx there)", quoted(path)), path);
  }

  void check_overlap(const std::string& path) const {
    if (const TrackedPath* around = tracked_around(tracked_, path)) {
      if (around->path == path && around->stage.empty()) return;
      const std::string what = around->stage.empty() ? "tracked"
                               : around->frozen
                                   ? fmt::format("an output of stage '{}', which is frozen", around->stage)
                                   : fmt::format("made by stage '{}'", around->stage);
      const std::string hint = around->stage.empty() ? fmt::format("dvx add {}", quoted(around->path))
                               : around->frozen      ? std::string("dvx commit")
                                                : fmt::format("dvx repro {}", paste_quote(around->stage));
      const std::string message = around->path == path ? fmt::format("'{}' is {}", shown(path), what)
                                                       : fmt::format("'{}' lies in '{}', which is {}",
                                                                     shown(path), shown(around->path), what);
      throw Error(ErrorKind::Blocked, message, hint, path);
    }
    for (const TrackedPath& inner : tracked_) {
      if (!is_beneath(inner.path, path)) continue;
      const std::string what =
          inner.stage.empty() ? "is tracked by itself" : fmt::format("is made by stage '{}'", inner.stage);
      throw Error(
          ErrorKind::Blocked, fmt::format("'{}' holds '{}', which {}", shown(path), shown(inner.path), what),
          inner.stage.empty() ? fmt::format("dvx rm {} && dvx add {}", quoted(inner.path), quoted(path))
                              : "dvx stage list",
          path);
    }
  }

  Repository& repository_;
  const std::vector<TrackedPath>& tracked_;
};

void check_disjoint(Repository& repository, const std::vector<std::string>& paths) {
  for (const std::string& outer : paths) {
    for (const std::string& inner : paths) {
      if (outer == inner || !is_beneath(inner, outer)) continue;
      throw Error(
          ErrorKind::Usage,
          fmt::format("'{}' lies inside '{}': they cannot both be tracked",
                      display_path(repository.to_user(inner)), display_path(repository.to_user(outer))),
          fmt::format("dvx add {}", paste_quote(repository.to_user(outer))), inner);
    }
  }
}

}  // namespace

AddCandidates check_add(Repository& repository, const std::vector<std::string>& typed,
                        const std::vector<TrackedPath>& tracked) {
  AddCheck check(repository, tracked);
  AddCandidates candidates;
  for (const std::string& each : typed) {
    std::string path = check.path(each);
    if (std::ranges::find(candidates.paths, path) != candidates.paths.end()) continue;
    if (check.waits_in_git(path)) candidates.unstage.push_back(path);
    candidates.paths.push_back(std::move(path));
  }
  check_disjoint(repository, candidates.paths);
  return candidates;
}

}  // namespace dvx
