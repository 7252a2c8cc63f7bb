#include "core/index/database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdio>
#include <optional>
#include <utility>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_system.h"
#include "base/stream.h"

namespace dvx {

namespace {

// Long enough for any transaction of ours; a reader never waits.
constexpr int kBusyMilliseconds = 30'000;

[[noreturn]] void fail(sqlite3* database) {
  const int code = sqlite3_errcode(database);
  const char* name = sqlite3_db_filename(database, "main");
  const std::string file = name == nullptr ? "" : name;
  const ErrorKind kind = code == SQLITE_BUSY || code == SQLITE_LOCKED ? ErrorKind::Locked : ErrorKind::Io;
  throw Error(kind, fmt::format("cannot use database '{}': {}", file, sqlite3_errmsg(database)), {}, file);
}

void check(sqlite3* database, int code) {
  if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) fail(database);
}

// A damaged file shows at the first statement, not at opening.
bool means_damage(int code) {
  const int primary = code & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_SCHEMA;
}

void set_aside(const std::string& file) {
  beneath::rename(file, file + ".broken");
  beneath::remove_file(file + "-wal");
  beneath::remove_file(file + "-shm");
  beneath::remove_file(file + "-journal");
}

struct Closer {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Closer>;

// Reads one integer; nullopt when the database will not even give that.
std::optional<int> read_version(sqlite3* handle) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle, "PRAGMA user_version", -1, &statement, nullptr) != SQLITE_OK)
    return std::nullopt;
  std::optional<int> version;
  if (sqlite3_step(statement) == SQLITE_ROW) version = sqlite3_column_int(statement, 0);
  sqlite3_finalize(statement);
  return version;
}

bool has_tables(sqlite3* handle) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle, "SELECT count(*) FROM sqlite_schema", -1, &statement, nullptr) !=
      SQLITE_OK) {
    return true;
  }
  const bool some = sqlite3_step(statement) != SQLITE_ROW || sqlite3_column_int(statement, 0) > 0;
  sqlite3_finalize(statement);
  return some;
}

void run_script(sqlite3* handle, const std::string& sql) {
  check(handle, sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr));
}

enum class Opened { Ready, Unusable, Damaged };

// Losing the last transactions at a power cut is fine for a cache; a torn file is not: hence NORMAL with a
// write-ahead log and FULL without. What was left in the other mode is converted; with the file locked for
// that moment, so that a write-ahead log is read without shared memory.
const char* settings_for(Journal journal) {
  if (journal == Journal::WriteAhead)
    return "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-8192";
  return "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=DELETE; PRAGMA locking_mode=NORMAL;"
         "PRAGMA synchronous=FULL; PRAGMA cache_size=-8192; PRAGMA mmap_size=0; SELECT count(*) FROM "
         "sqlite_schema";
}

Opened prepare_schema(sqlite3* handle, int version, const std::string& schema, Journal journal) {
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  const int code = sqlite3_exec(handle, settings_for(journal), nullptr, nullptr, nullptr);
  if (means_damage(code)) return Opened::Damaged;
  if (code != SQLITE_OK) return Opened::Unusable;
  const auto found = read_version(handle);
  if (found == version) return Opened::Ready;
  if (!found || *found != 0 || has_tables(handle)) {
    // Another process may be creating the tables right now: look again under the write lock.
    if (sqlite3_exec(handle, "BEGIN IMMEDIATE; COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK)
      return Opened::Damaged;
    return read_version(handle) == version ? Opened::Ready : Opened::Damaged;
  }
  try {
    run_script(handle, "BEGIN IMMEDIATE");
    if (read_version(handle) != version)
      run_script(handle, schema + fmt::format(";PRAGMA user_version={}", version));
    run_script(handle, "COMMIT");
  } catch (const Error&) {
    return Opened::Unusable;  // a full disk, say: a cache in memory will do for this command
  }
  return Opened::Ready;
}

Handle open_handle(const std::string& file) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(raw);
  if (code != SQLITE_OK) handle.reset();
  return handle;
}

}  // namespace

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(database_, other.database_);
  std::swap(statement_, other.statement_);
  return *this;
}

Statement::~Statement() {
  sqlite3_finalize(statement_);
}

Statement& Statement::bind(int index, std::int64_t value) {
  check(database_, sqlite3_bind_int64(statement_, index, value));
  return *this;
}

Statement& Statement::bind_text(int index, std::string_view text) {
  check(database_,
        sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int index, std::span<const std::byte> bytes) {
  // A null pointer would bind NULL, which is not the empty blob.
  const void* data = bytes.empty() ? static_cast<const void*>("") : bytes.data();
  check(database_, sqlite3_bind_blob64(statement_, index, data, bytes.size(), SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_blob(int index, std::string_view bytes) {
  return bind_blob(index, as_bytes(bytes));
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  check(database_, code);
  return code == SQLITE_ROW;
}

void Statement::run() {
  while (step()) {
  }
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_);
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::text(int column) const {
  return blob(column);
}

std::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return {data == nullptr ? "" : data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Journal journal_for(const FileSystem& file_system) {
  return file_system.reach == FileSystemReach::Network ? Journal::Rollback : Journal::WriteAhead;
}

namespace {

// SQLite opens the file and those beside it by path and follows links.
void require_plain_files(const std::string& file) {
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) {
    const std::string path = file + suffix;
    const auto st = stat_if_exists(path);
    if (!st || S_ISREG(st->st_mode)) continue;
    if (S_ISLNK(st->st_mode)) throw system_error("open", path, ELOOP);
    throw Error(ErrorKind::Config, fmt::format("'{}' is not a regular file", path), {}, path);
  }
}

}  // namespace

Database Database::open(const std::string& file, int version, const std::string& schema, Journal journal) {
  require_plain_files(file);
  for (int attempt = 0; attempt < 2; ++attempt) {
    Handle handle = open_handle(file);
    const Opened opened = handle ? prepare_schema(handle.get(), version, schema, journal) : Opened::Unusable;
    if (opened == Opened::Ready) return Database(handle.release());
    if (opened == Opened::Unusable) break;
    handle.reset();
    set_aside(file);
  }
  Handle handle = open_handle(":memory:");
  if (!handle || prepare_schema(handle.get(), version, schema, journal) != Opened::Ready) {
    throw Error(ErrorKind::Io, fmt::format("cannot open database '{}'", file), {}, file);
  }
  return Database(handle.release());
}

Database::Database(Database&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Database& Database::operator=(Database&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

Database::~Database() {
  sqlite3_close_v2(handle_);
}

Statement Database::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  check(handle_, sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
  return Statement(handle_, statement);
}

void Database::execute(const std::string& sql) {
  run_script(handle_, sql);
}

Database::Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Database::Transaction::~Transaction() {
  if (open_) sqlite3_exec(database_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Database::Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace dvx
