#include "core/index/workspace_index.h"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/file_time.h"
#include "base/stream.h"
#include "core/index/database.h"
#include "core/index/generations.h"

namespace dvx {

namespace {

constexpr int kVersion = 2;
constexpr const char* kSchema =
    "CREATE TABLE entries(path BLOB PRIMARY KEY, stamp BLOB NOT NULL, id BLOB NOT NULL, mark INTEGER NOT "
    "NULL, generation INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE notes(key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";

// On disk: never renumber.
enum class Mark : std::int64_t { None = 0, Racy = 1, Damaged = 2 };

// The columns of read_entry(), of rows that are ever used and fit `condition`; ?3 is the boot.
std::string select_entries(std::string_view condition) {
  return fmt::format(
      "SELECT path, stamp, id, mark, generation, generation IN (SELECT number FROM generations WHERE boot <> "
      "?3) FROM entries WHERE mark <> 1 AND {}",
      condition);
}

constexpr std::size_t kPage = 4096;

// Six integers of the machine's byte order: the file never leaves the machine, and docs/formats/index.md says
// so.
using PackedStamp = std::array<std::byte, 6 * sizeof(std::uint64_t)>;

PackedStamp pack(const FileStamp& stamp) {
  const std::uint64_t words[] = {stamp.device,
                                 stamp.inode,
                                 stamp.size,
                                 static_cast<std::uint64_t>(stamp.mtime_ns),
                                 static_cast<std::uint64_t>(stamp.ctime_ns),
                                 stamp.mode};
  PackedStamp bytes;
  static_assert(sizeof words == sizeof bytes);
  std::memcpy(bytes.data(), words, sizeof words);
  return bytes;
}

bool unpack(std::string_view bytes, FileStamp& stamp) {
  std::uint64_t words[6];
  if (bytes.size() != sizeof words) return false;
  std::memcpy(words, bytes.data(), sizeof words);
  stamp = {.device = words[0],
           .inode = words[1],
           .size = words[2],
           .mtime_ns = static_cast<std::int64_t>(words[3]),
           .ctime_ns = static_cast<std::int64_t>(words[4]),
           .mode = static_cast<std::uint32_t>(words[5])};
  return true;
}

// The bounds of what lies at or below a prefix: the path itself, and [prefix + '/', prefix + '0').
struct Range {
  std::string first, begin, end;
  explicit Range(std::string_view prefix) : first(prefix) {
    if (prefix.empty()) return;
    begin = first + '/';
    end = first + '0';  // '0' follows '/'
  }
  bool whole() const { return first.empty(); }
};

Standing standing_of(const Statement& row) {
  if (row.integer(5) != 0) return Standing::Doubtful;
  if (static_cast<Mark>(row.integer(3)) == Mark::Damaged) return Standing::Damaged;
  return row.integer(4) == Generations::kDurable ? Standing::Durable : Standing::Cached;
}

// False for a row that this program did not write.
bool read_entry(const Statement& row, IndexEntry& entry) {
  const std::string_view id = row.blob(2);
  if (id.size() != ObjectId::kSize || !unpack(row.blob(1), entry.stamp)) return false;
  entry.path = row.blob(0);
  entry.id = ObjectId(as_bytes(id).first<ObjectId::kSize>());
  entry.standing = standing_of(row);
  return true;
}

class PagedCursor final : public IndexCursor {
 public:
  PagedCursor(Database& database, std::string_view prefix, const std::string& boot)
      : range_(prefix),
        statement_(database.prepare(
            select_entries(range_.whole() ? "path > ?1 ORDER BY path LIMIT 4096"
                                          : "path > ?1 AND path < ?2 ORDER BY path LIMIT 4096"))),
        single_(database.prepare(select_entries("path = ?1"))) {
    statement_.bind_text(3, boot);
    single_.bind_text(3, boot);
  }

  const IndexEntry* next() override {
    if (position_ == filled_ && !fill()) return nullptr;
    return &page_[position_++];
  }

 private:
  bool fill() {
    if (done_) return false;
    position_ = 0;
    if (!started_ && !range_.whole()) {
      started_ = true;
      filled_ = 0;
      single_.bind_blob(1, range_.first);
      read(single_);
      after_ = range_.begin;
      if (filled_ != 0) return true;
    }
    if (filled_ != 0) after_ = std::max(after_, page_[filled_ - 1].path);
    filled_ = 0;
    statement_.bind_blob(1, after_);
    if (!range_.whole()) statement_.bind_blob(2, range_.end);
    const std::size_t rows = read(statement_);
    done_ = rows < kPage;
    return filled_ != 0;
  }

  std::size_t read(Statement& statement) {
    std::size_t rows = 0;
    for (; statement.step(); ++rows) {
      if (filled_ == page_.size()) page_.emplace_back();
      if (read_entry(statement, page_[filled_])) ++filled_;
    }
    statement.reset();
    return rows;
  }

  Range range_;
  Statement statement_, single_;
  std::vector<IndexEntry> page_;  // keeps its strings from page to page
  std::string after_;
  std::size_t filled_ = 0, position_ = 0;
  bool started_ = false, done_ = false;
};

// Moves a statement "path >= ?1 … ORDER BY path" forward. Neighbours are reached by steps, which are twenty
// times as cheap as a search; what lies further away is searched.
class RowSeeker {
 public:
  explicit RowSeeker(Statement& rows) : rows_(rows) {}
  RowSeeker(const RowSeeker&) = delete;
  RowSeeker& operator=(const RowSeeker&) = delete;
  ~RowSeeker() { rows_.reset(); }  // no transaction stays open

  // To the first row at or behind `path`, which is not before the path of the last call; false: there is
  // none.
  bool seek(const std::string& path) {
    for (int steps = 0; at_row_ && rows_.blob(0) < path && steps < kSteps; ++steps) advance();
    if (at_end_ || (at_row_ && rows_.blob(0) >= path)) return at_row_;
    rows_.reset();
    rows_.bind_blob(1, path);
    advance();
    return at_row_;
  }

 private:
  static constexpr int kSteps = 16;

  void advance() {
    at_row_ = rows_.step();
    at_end_ = !at_row_;
  }

  Statement& rows_;
  bool at_row_ = false, at_end_ = false;
};

class SqliteIndex final : public WorkspaceIndex {
 public:
  SqliteIndex(const std::string& file, const IndexOptions& options)
      : database_(Database::open(file, kVersion, std::string(kSchema) + Generations::kSchema,
                                 journal_for(options.file_system))),
        generations_(database_, options, journal_for(options.file_system)) {
    find_.bind_text(3, generations_.boot());
  }

  std::vector<IndexEntry> load(std::string_view prefix) override {
    std::vector<IndexEntry> entries;
    const auto cursor = scan(prefix);
    while (const IndexEntry* entry = cursor->next()) entries.push_back(*entry);
    return entries;
  }

  std::unique_ptr<IndexCursor> scan(std::string_view prefix) override {
    return std::make_unique<PagedCursor>(database_, prefix, generations_.boot());
  }

  std::vector<std::optional<IndexEntry>> find_all(const std::vector<std::string>& sorted) override {
    std::vector<std::optional<IndexEntry>> found;
    found.reserve(sorted.size());
    RowSeeker rows(find_);
    for (const std::string& path : sorted) {
      const bool is_there = rows.seek(path) && find_.blob(0) == path;
      IndexEntry entry;
      found.push_back(is_there && read_entry(find_, entry) ? std::optional(std::move(entry)) : std::nullopt);
    }
    return found;
  }

  void update(const std::vector<IndexEntry>& changed, const std::vector<std::string>& removed) override {
    if (changed.empty() && removed.empty()) return;
    try {
      write(changed, removed);
      if (generations_.are_heavy()) generations_.make_durable();
    } catch (const Error&) {
      // The next scan hashes these files once more; nothing else depends on it.
    }
  }

  void make_durable() override {
    try {
      generations_.make_durable();
    } catch (const Error&) {
      // After a start of the machine these files are hashed once more.
    }
  }

  std::optional<std::string> get_note(const std::string& key) override {
    Statement statement = database_.prepare("SELECT value FROM notes WHERE key = ?1");
    statement.bind_text(1, key);
    if (!statement.step()) return std::nullopt;
    return std::string(statement.blob(0));
  }

  void set_note(const std::string& key, const std::string& value) override {
    try {
      database_.prepare("INSERT OR REPLACE INTO notes VALUES(?1, ?2)")
          .bind_text(1, key)
          .bind_blob(2, value)
          .run();
    } catch (const Error&) {
      // A note is found out again.
    }
  }

 private:
  void write(const std::vector<IndexEntry>& changed, const std::vector<std::string>& removed) {
    Database::Transaction transaction(database_);
    Statement remove = database_.prepare("DELETE FROM entries WHERE path = ?1");
    for (const std::string& path : removed) remove.bind_blob(1, path).run();
    Statement insert = database_.prepare("INSERT OR REPLACE INTO entries VALUES(?1, ?2, ?3, ?4, ?5)");
    const std::int64_t settled = SystemClock().now_ns() - kClockTickNs;
    generations_.begin();
    for (const IndexEntry& entry : changed) {
      if (entry.standing == Standing::Doubtful) continue;
      const PackedStamp stamp = pack(entry.stamp);
      const Mark mark = entry.stamp.ctime_ns >= settled       ? Mark::Racy
                        : entry.standing == Standing::Damaged ? Mark::Damaged
                                                              : Mark::None;
      insert.bind_blob(1, entry.path)
          .bind_blob(2, stamp)
          .bind_blob(3, entry.id.bytes())
          .bind(4, static_cast<std::int64_t>(mark))
          .bind(5, generations_.number_for(entry))
          .run();
    }
    generations_.end();
    transaction.commit();
  }

  Database database_;
  Generations generations_;
  Statement find_ = database_.prepare(select_entries("path >= ?1 ORDER BY path"));
};

}  // namespace

bool same_stamp(const FileStamp& a, const FileStamp& b) {
  return a.inode == b.inode && a.size == b.size && a.mtime_ns == b.mtime_ns && a.ctime_ns == b.ctime_ns &&
         a.mode == b.mode;
}

std::unique_ptr<WorkspaceIndex> WorkspaceIndex::open(const std::string& file, const IndexOptions& options) {
  return std::make_unique<SqliteIndex>(file, options);
}

}  // namespace dvx
