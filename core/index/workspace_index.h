// The workspace index: path → stat fingerprint → id, in SQLite. A cache: lost, it is filled again.
//
// Scans are ordered by path (bytewise) and merged with the ordered walk; nothing looks a file up alone in
// bulk. An entry whose file may have changed within the clock tick of being indexed is stored as racy and
// never trusted.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "objects/model/object_id.h"
#include "objects/store/ingest.h"

namespace dvx {

struct FileSystem;

struct IndexEntry {
  std::string path;  // from the root
  FileStamp stamp;
  ObjectId id;
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
  static std::unique_ptr<WorkspaceIndex> open(const std::string& file);
  // The same on a file system of that kind: see Journal in database.h.
  static std::unique_ptr<WorkspaceIndex> open(const std::string& file, const FileSystem& file_system);
  virtual ~WorkspaceIndex() = default;

  // Entries at or below `prefix` ("" is everything), in path order, racy ones left out.
  virtual std::vector<IndexEntry> load(std::string_view prefix) = 0;
  // The same, one after the other. Updates of paths already passed may happen in between.
  virtual std::unique_ptr<IndexCursor> scan(std::string_view prefix) = 0;
  // Of each of `sorted` what is known; nullopt: nothing, or racy. In one ordered pass, however many they are.
  virtual std::vector<std::optional<IndexEntry>> find_all(const std::vector<std::string>& sorted) = 0;
  std::optional<IndexEntry> find(const std::string& path) { return find_all({path}).front(); }
  // One transaction: `removed` go, `changed` come (both sorted by path). A locked database is waited for;
  // when the write fails nothing but time is lost, so it is not an error.
  virtual void update(const std::vector<IndexEntry>& changed, const std::vector<std::string>& removed) = 0;
  // Small named values beside the table (cached plans, link probes).
  virtual std::optional<std::string> get_note(const std::string& key) = 0;
  virtual void set_note(const std::string& key, const std::string& value) = 0;
};

// What the index goes by: everything of the stamp but the device number, which is not stable over mounts.
bool same_stamp(const FileStamp& a, const FileStamp& b);

}  // namespace dvx
