#include "core/commands/unprotect.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/workspace/private_copy.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

std::vector<std::string> select(Repository& repository, const std::vector<std::string>& typed) {
  const std::vector<TrackedPath> tracked = tracked_paths(repository);
  std::vector<std::string> selected;
  for (const std::string& each : typed) {
    const std::string path = repository.from_user(each);
    if (!exists(repository.path(path))) {
      throw Error(ErrorKind::NotFound, fmt::format("'{}' does not exist", display_path(each)), {}, path);
    }
    if (tracked_around(tracked, path) == nullptr) {
      throw Error(ErrorKind::NotFound, fmt::format("'{}' is not tracked", display_path(each)),
                  fmt::format("dvx add {}", paste_quote(each)), path);
    }
    selected.push_back(path);
  }
  return selected;
}

}  // namespace

UnprotectReport unprotect(Repository& repository, const std::vector<std::string>& paths, Progress& progress) {
  const std::vector<std::string> selected = select(repository, paths);
  UnprotectReport report;
  const auto note = [&](const std::string& absolute) {
    throw_if_interrupted();
    std::string path = path_beneath(absolute, repository.root()).value_or(absolute);
    progress.current(path);
    progress.advance(1, 0);
    report.files.push_back(std::move(path));
  };
  progress.begin("copying", 0, 0);
  for (const std::string& path : selected) make_private(repository.path(path), repository.store_dir(), note);
  progress.end();
  std::ranges::sort(report.files);
  return report;
}

}  // namespace dvx
