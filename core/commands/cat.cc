#include "core/commands/cat.h"

#include <fmt/format.h>

#include "base/display.h"
#include "base/error.h"
#include "base/path.h"
#include "core/workspace/recorded_path.h"
#include "core/workspace/revision.h"

namespace dvx {

namespace {

Error not_tracked(Repository& repository, const RevisionPath& target) {
  const std::string path = display_path(repository.to_user(target.path));
  const std::string where =
      target.revision.is_workspace() ? std::string() : fmt::format(" at '{}'", target.revision.name());
  std::string hint = "dvx ls -R";
  if (!target.revision.is_workspace()) {
    hint = target.revision.read_file(target.path)
               ? fmt::format("git show {}", paste_quote(target.revision.name() + ":" + target.path))
               : fmt::format("dvx ls -R {}:", target.revision.name());
  }
  return {ErrorKind::NotFound, fmt::format("'{}' is not tracked by dvx{}", path, where), hint, target.path};
}

}  // namespace

CatReport cat(Repository& repository, const CatOptions& options, Progress&) {
  const RevisionPath target = parse_revision_path(repository, options.target);
  const auto recorded = find_recorded(repository, target.revision.tracked(), target.path);
  if (!recorded) throw not_tracked(repository, target);
  const std::string path = display_path(repository.to_user(target.path));
  if (recorded->kind == EntryKind::Directory) {
    throw Error(ErrorKind::Usage, fmt::format("'{}' is a directory", path),
                fmt::format("dvx ls {}", paste_quote(options.target)), target.path);
  }
  if (!repository.store().contains(recorded->id)) {
    throw Error(ErrorKind::NotFound,
                fmt::format("the bytes of '{}' ({}) are not in the store", path, recorded->id.short_hex()),
                fmt::format("dvx fetch {}", paste_quote(repository.to_user(recorded->tracked))), target.path);
  }
  return {
      .path = recorded->path, .revision = target.revision.name(), .id = recorded->id, .size = recorded->size};
}

}  // namespace dvx
