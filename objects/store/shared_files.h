// Whole files that work trees link to (core.link is hardlink or symlink) could be written to through a link.
// Therefore they are hashed again when they may have changed since they were last found right. One stat for
// each file, compared with the log of checks, decides that.
//
// A store has such files when it has the marker `linked`. The functions are single-threaded.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "objects/store/object_store.h"

namespace dvx {

// Records that work trees link, or will link, to whole files of this store.
void note_links(ObjectStore& store);

struct ChangedFile {
  ObjectId id;
  // The path in the store: "whole/ab/…".
  std::string file;
  std::uint64_t device = 0, inode = 0;
};

struct SharedFilesCheck {
  // The files looked at, and those hashed again.
  std::uint64_t files = 0, read = 0;
  // The files whose bytes do not match their id, sorted.
  std::vector<ChangedFile> changed;
};

// Enters the files that were read and found right in the log.
SharedFilesCheck check_shared_files(ObjectStore& store, std::int64_t now_ns, Progress& progress);

// Moves the object out of the store, because its bytes do not match its id. Returns where they are kept
// ("quarantine/…"), or "" when another process already did it.
std::string set_aside(ObjectStore& store, const ChangedFile& file);

}  // namespace dvx
