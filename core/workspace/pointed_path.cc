#include "core/workspace/pointed_path.h"

#include <fmt/format.h>

#include "base/display.h"
#include "base/error.h"
#include "base/path.h"
#include "core/formats/pointer_file.h"

namespace dvx {

TrackedPath find_pointed(const Repository& repository, const std::vector<TrackedPath>& tracked,
                         const std::string& typed, const std::string& verb) {
  std::string path = repository.from_user(typed);
  if (is_pointer_path(path)) path = data_path_of(path);
  const TrackedPath* found = tracked_around(tracked, path);
  if (found == nullptr) {
    throw Error(ErrorKind::NotFound, fmt::format("'{}' is not tracked by dvx", display_path(typed)), "dvx ls",
                path);
  }
  if (found->pointer.empty()) {
    throw Error(ErrorKind::Blocked,
                fmt::format("'{}' is an output of stage '{}': {} it in dvx.yaml", display_path(typed),
                            found->stage, verb),
                "dvx stage list", path);
  }
  refuse_conflict(*found);
  if (found->path != path) {
    throw Error(
        ErrorKind::Blocked,
        fmt::format("'{}' lies in '{}', which is tracked as a whole: {} it as any file and record that",
                    display_path(typed), display_path(repository.to_user(found->path)), verb),
        fmt::format("{}dvx add {}", verb == "remove" ? fmt::format("rm -r {} && ", paste_quote(typed)) : "",
                    paste_quote(repository.to_user(found->path))),
        path);
  }
  return *found;
}

}  // namespace dvx
