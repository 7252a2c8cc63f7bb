// SQLite behind two small types: the only place that sees its header.
//
// Every file opened here is a cache: lost or damaged, it is filled again. A damaged or foreign file is
// therefore set aside as "<file>.broken" and begun anew. A database is used from one thread; several
// processes may share a file. Errors of the disk are Error{Io}; a database that stays locked is
// Error{Locked}.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace dvx {

// A prepared statement. Bind from 1, step until false, then reset() to use it again.
class Statement {
 public:
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;
  ~Statement();

  Statement& bind(int index, std::int64_t value);
  Statement& bind_text(int index, std::string_view text);             // copied
  Statement& bind_blob(int index, std::span<const std::byte> bytes);  // copied
  Statement& bind_blob(int index, std::string_view bytes);

  bool step();  // true: a row is there
  void run();   // step to the end and reset
  void reset();

  // Columns of the row, from 0; views live until the next step() or reset().
  std::int64_t integer(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  sqlite3* database_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

// How a transaction is made whole. WriteAhead lets readers and a writer at it at once through memory that
// they share, which takes one kernel; Rollback needs nothing but locks, and readers wait for a writer.
enum class Journal : std::uint8_t { WriteAhead, Rollback };

struct FileSystem;

// Rollback where other machines may use the file too.
Journal journal_for(const FileSystem& file_system);

class Database {
 public:
  // Opens or creates `file`. When its version is not `version` (or it is damaged), it is emptied by being set
  // aside, and `schema` is run. Where the directory cannot be written, an empty database in memory.
  static Database open(const std::string& file, int version, const std::string& schema, Journal journal);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  Statement prepare(std::string_view sql);
  void execute(const std::string& sql);

  // BEGIN IMMEDIATE … COMMIT; rolled back when dropped without commit().
  class Transaction {
   public:
    explicit Transaction(Database& database);
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();
    void commit();

   private:
    Database& database_;
    bool open_ = true;
  };

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_ = nullptr;
};

}  // namespace dvx
