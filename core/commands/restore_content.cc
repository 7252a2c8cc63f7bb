#include "core/commands/restore_content.h"

#include <fmt/format.h>

#include "base/error.h"
#include "core/formats/stage_key.h"
#include "core/workspace/stored.h"
#include "core/workspace/tracked.h"
#include "core/workspace/unfinished_checkout.h"

namespace dvx {

namespace {

// An id says nothing of sizes; the store does.
DataRef measured(const ObjectStore& store, DataRef content) {
  if (content.kind == DataKind::File) {
    content.size = store.find(content.id)->size;
    content.files = 1;
    return content;
  }
  store.walk_tree(content.id, [&](const std::string&, const TreeEntry& entry) {
    if (entry.kind == EntryKind::Directory) return;
    content.size += entry.size;
    ++content.files;
  });
  return content;
}

}  // namespace

CheckoutReport restore_content(Repository& repository, const ContentToRestore& wanted, Progress& progress) {
  const WritingLock lock = repository.lock_for_writing();
  const auto held = repository.store().hold();
  if (!stored_whole(repository.store(), wanted.content)) {
    throw Error(ErrorKind::NotFound,
                fmt::format("the store does not have all of {}", key_content(wanted.content)), "dvx fetch");
  }
  const std::string path = repository.from_user(wanted.path);
  if (path.empty()) {
    throw Error(ErrorKind::Usage, "the whole repository cannot be replaced by this",
                "dvx restore --source CONTENT DIRECTORY", wanted.path);
  }
  return checkout_paths(repository, {{path, measured(repository.store(), wanted.content)}}, wanted.overwrite,
                        progress, IfCutShort::Nothing);
}

}  // namespace dvx
