// Whole files that work trees link to (core.link is hardlink or symlink), hashed again where somebody may
// have written into one since it was last found right. A stat each decides that, with the log of checks.
//
// A store has such files when it has the marker `linked`. Single-threaded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "objects/store/object_store.h"

namespace dvx {

// That work trees link to whole files of this store, or will.
void note_links(ObjectStore& store);

struct ChangedFile {
  ObjectId id;
  std::string file;  // in the store: "whole/ab/…"
  std::uint64_t device = 0, inode = 0;
};

struct SharedFilesCheck {
  std::uint64_t files = 0, read = 0;  // looked at, and hashed again
  std::vector<ChangedFile> changed;   // those whose bytes are not what their id says; sorted
};

// Enters what was read and right in the log.
SharedFilesCheck check_shared_files(ObjectStore& store, std::int64_t now_ns, Progress& progress);

// Takes the object away, for its bytes are not its own; where they are kept: "quarantine/…", or "" when
// somebody else was faster.
std::string set_aside(ObjectStore& store, const ChangedFile& file);

}  // namespace dvx
