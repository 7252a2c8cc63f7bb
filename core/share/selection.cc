#include "core/share/selection.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "core/workspace/data_within.h"

namespace dvx {

namespace {

bool can_be_shared(const TrackedPath& tracked) {
  return tracked.cached && tracked.data.has_value();
}

// What the user typed as a path from the root; a pointer file stands for its data.
std::string data_path(const Repository& repository, const std::string& typed) {
  std::string path = repository.from_user(typed);
  return is_pointer_path(path) ? data_path_of(path) : path;
}

[[noreturn]] void not_tracked(const std::vector<TrackedPath>& all, const std::string& path,
                              const std::string& typed) {
  std::vector<std::string_view> known;
  for (const TrackedPath& tracked : all) known.emplace_back(tracked.path);
  const auto near = nearest_word(path, known);
  throw Error(
      ErrorKind::NotFound,
      near ? fmt::format("'{}' is not tracked; did you mean '{}'?", display_path(typed), display_path(*near))
           : fmt::format("'{}' is not tracked", display_path(typed)),
      "dvx ls", path);
}

class Selection {
 public:
  explicit Selection(std::vector<TrackedPath> all) : all_(std::move(all)) {}

  void add_everything() {
    for (const TrackedPath& tracked : all_) add(tracked, tracked.path);
  }

  void add_typed(const Repository& repository, const std::string& typed) {
    const std::string path = data_path(repository, typed);
    if (const TrackedPath* around = tracked_around(all_, path)) return add_named(*around, path);
    bool found = false;
    for (const TrackedPath& tracked : all_) {
      if (!is_beneath(tracked.path, path) && tracked.stage != typed) continue;
      found = true;
      add(tracked, tracked.path);
    }
    if (!found) not_tracked(all_, path, typed);
  }

  std::vector<ShareTarget> take() {
    std::vector<ShareTarget> targets;
    for (auto& [path, target] : targets_) targets.push_back(std::move(target));
    return targets;
  }

 private:
  void add(const TrackedPath& tracked, const std::string& path) {
    refuse_conflict(tracked);
    if (can_be_shared(tracked)) targets_.try_emplace(path, ShareTarget{tracked, path});
  }

  void add_named(const TrackedPath& tracked, const std::string& path) {
    refuse_conflict(tracked);
    if (!tracked.data) {
      throw Error(ErrorKind::NotFound,
                  fmt::format("'{}' was never made: stage '{}' has not run", display_path(tracked.path),
                              tracked.stage),
                  fmt::format("dvx repro {}", tracked.stage), tracked.path);
    }
    if (!tracked.cached) {
      throw Error(
          ErrorKind::Usage,
          fmt::format("'{}' is kept by git (cache: false), so git shares it", display_path(tracked.path)),
          "git push", tracked.path);
    }
    add(tracked, path);
  }

  std::vector<TrackedPath> all_;
  std::map<std::string, ShareTarget> targets_;
};

}  // namespace

std::vector<ShareTarget> select_targets(Repository& repository, const std::vector<std::string>& typed) {
  Selection selection(tracked_paths(repository));
  if (typed.empty()) selection.add_everything();
  for (const std::string& one : typed) selection.add_typed(repository, one);
  return selection.take();
}

DataRef data_inside(const ObjectStore& store, const ShareTarget& target) {
  const auto data = data_within(store, *target.tracked.data, target.tracked.path, target.path);
  if (data) return *data;
  throw Error(ErrorKind::NotFound,
              fmt::format("there is no '{}' in the tracked '{}'", display_path(target.path),
                          display_path(target.tracked.path)),
              fmt::format("dvx ls {}", paste_quote(target.tracked.path)), target.path);
}

std::string remote_of(const ShareTarget& target, const std::string& chosen) {
  return chosen.empty() ? target.tracked.remote : chosen;
}

}  // namespace dvx
