// Walking a directory of the workspace: names, kinds and stat fingerprints, in path order.
//
// Directories are read in parallel. A file costs about 100 bytes and its name, so a million of them fit in
// 120 MB.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/thread_pool.h"
#include "core/workspace/ignore.h"
#include "objects/model/object_id.h"
#include "objects/store/ingest.h"

namespace dvx {

struct FailedPath {
  std::string path;  // from the root
  Error error;
};

enum class WalkedKind : std::uint8_t { File, Symlink, Directory, Special };

struct WalkedEntry {
  FileStamp stamp;                // not of directories
  ObjectId id;                    // all zero: not known; filled in by whoever hashes
  std::uint32_t name_offset = 0;  // in WalkedDirectory::names
  std::uint16_t name_length = 0;
  WalkedKind kind = WalkedKind::File;
  std::uint32_t child = 0;  // of a directory: its place among `children`

  bool is_executable() const { return (stamp.mode & 0100U) != 0; }
};

struct WalkedDirectory {
  std::string path;   // from the root
  std::string names;  // all names, one after the other
  // In the order of whole paths, bytewise: a directory sorts as if its name ended in '/'. So a walk in depth
  // meets paths in the order of the index.
  std::vector<WalkedEntry> entries;
  std::vector<std::unique_ptr<WalkedDirectory>> children;

  std::string_view name(const WalkedEntry& entry) const {
    return std::string_view(names).substr(entry.name_offset, entry.name_length);
  }
};

struct Walk {
  std::unique_ptr<WalkedDirectory> top;
  std::vector<FailedPath> failed;  // directories that cannot be read, names that cannot be tracked; sorted
  std::vector<std::string> leftovers;  // absolute paths of temp files of a dvx that was killed
  std::vector<std::string> git_files;  // paths of what is called ".git", which is left out; sorted
};

// `absolute` is where to read, `path` what to call it from the root. `rules` are those that hold for `path`
// from above. Names for which is_never_data() holds are left out; files that vanish meanwhile too.
Walk walk_directory(const std::string& absolute, const std::string& path, const IgnoreRules& rules,
                    ThreadPool& pool);

}  // namespace dvx
