// The workspace index: path → stat fingerprint → id, in SQLite. A cache: lost, it is filled again.
//
// Scans are ordered by path (bytewise) and merged with the ordered walk; nothing looks a file up alone in
// bulk. An entry whose file may have changed within the clock tick of being indexed is stored as racy and
// never trusted. An entry of an earlier run of the machine, whose file's bytes no sync made durable since, is
// doubtful: a power cut may have lost them (generations.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/boot_id.h"
#include "base/file_system.h"
#include "objects/model/object_id.h"
#include "objects/store/ingest.h"

namespace dvx {

// Where the bytes are that an entry tells of.
enum class Standing : std::uint8_t {
  Cached,    // they were read or written in this run of the machine, and may be in its memory alone; or were
             // synced since, which makes no difference to who asks
  Durable,   // they are on the disk; so are those that were read again, the same, of a doubtful entry
  Damaged,   // on the disk too, and not those that this stamp stood for before the machine was last started
  Doubtful,  // they were seen in an earlier run of the machine, and may have been lost with it
};

struct IndexEntry {
  std::string path;  // from the root
  FileStamp stamp;
  ObjectId id;
  Standing standing = Standing::Cached;
};

struct IndexOptions {
  std::string root = {};  // absolute: what the paths of entries start from
  std::string boot = boot_id();
  FileSystem file_system = {};  // that the index lies on: see Journal in database.h
  // Entries of more bytes (and 16 KiB a file) that are not known to be durable are made so.
  std::uint64_t most_unsynced = std::uint64_t{8} << 30;
  std::function<bool(int fd)> sync_file_system = nullptr;  // whether it succeeded; null: syncfs(2)
};

// Entries in path order, fetched a page at a time: no transaction stays open, and memory does not grow with
// the index.
class IndexCursor {
 public:
  virtual ~IndexCursor() = default;
  virtual const IndexEntry* next() = 0;  // null at the end; valid until the next call
};

class WorkspaceIndex {
 public:
  // Opens or creates; a damaged or foreign file is set aside and replaced.
  static std::unique_ptr<WorkspaceIndex> open(const std::string& file, const IndexOptions& options);
  virtual ~WorkspaceIndex() = default;

  // Entries at or below `prefix` ("" is everything), in path order, racy ones left out, doubtful ones not.
  virtual std::vector<IndexEntry> load(std::string_view prefix) = 0;
  // The same, one after the other. Updates of paths already passed may happen in between.
  virtual std::unique_ptr<IndexCursor> scan(std::string_view prefix) = 0;
  // Of each of `sorted` what is known; nullopt: nothing, or racy. In one ordered pass, however many they are.
  virtual std::vector<std::optional<IndexEntry>> find_all(const std::vector<std::string>& sorted) = 0;
  std::optional<IndexEntry> find(const std::string& path) { return find_all({path}).front(); }
  // One transaction: `removed` go, `changed` come (both sorted by path), doubtful ones not. A locked database
  // is waited for; when the write fails nothing but time is lost, so it is not an error. When much is not
  // known to be durable, it is made so.
  virtual void update(const std::vector<IndexEntry>& changed, const std::vector<std::string>& removed) = 0;
  // Syncs the file systems of entries that are not known to be durable, so that they count after a power cut.
  // When that fails they do not, which is no error either.
  virtual void make_durable() = 0;
  // Small named values beside the table (cached plans, link probes).
  virtual std::optional<std::string> get_note(const std::string& key) = 0;
  virtual void set_note(const std::string& key, const std::string& value) = 0;
};

// What the index goes by: everything of the stamp but the device number, which is not stable over mounts.
bool same_stamp(const FileStamp& a, const FileStamp& b);

}  // namespace dvx
