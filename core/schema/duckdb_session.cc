#include "core/schema/duckdb_session.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/thread_start.h"

namespace dvx {

namespace {

using duckdb::Functions;
using duckdb::Handle;

std::string first_line(const char* message) {
  const std::string_view text = message == nullptr ? "" : message;
  return std::string(text.substr(0, text.find('\n')));
}

Error engine_error(const std::string& message) {
  return Error(ErrorKind::Internal, fmt::format("cannot start DuckDB: {}", message));
}

class Settings {
 public:
  explicit Settings(const Functions& functions) : functions_(functions) {
    if (functions_.create_config(&config_) != duckdb::kSuccess) throw engine_error("no configuration");
  }
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  ~Settings() { functions_.destroy_config(&config_); }

  void set(const char* name, const std::string& value) {
    if (functions_.set_config(config_, name, value.c_str()) != duckdb::kSuccess) {
      throw engine_error(fmt::format("setting '{}' is not known", name));
    }
  }
  Handle get() const { return config_; }

 private:
  const Functions& functions_;
  Handle config_ = nullptr;
};

// Ends a running query soon after the user asked to stop.
class InterruptWatch {
 public:
  InterruptWatch(const Functions& functions, Handle connection)
      : thread_(start_thread_if_possible([this, &functions, connection](const std::stop_token& stop) {
          std::unique_lock lock(mutex_);
          while (!wake_.wait_for(lock, stop, std::chrono::milliseconds(50),
                                 [&] { return stop.stop_requested(); })) {
            if (interrupt_signal() != 0) functions.interrupt(connection);
          }
        })) {}

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // last: stopped and joined before the rest goes
};

class QueryResult {
 public:
  QueryResult(const Functions& functions, Handle connection, const std::string& sql) : functions_(functions) {
    const InterruptWatch watch(functions, connection);
    if (functions_.query(connection, sql.c_str(), &result_) == duckdb::kSuccess) return;
    const bool out_of_memory = functions_.result_error_type(&result_) == duckdb::kErrorOutOfMemory;
    std::string message = first_line(functions_.result_error(&result_));
    functions_.destroy_result(&result_);
    throw_if_interrupted();
    throw QueryFailure(std::move(message), out_of_memory);
  }
  QueryResult(const QueryResult&) = delete;
  QueryResult& operator=(const QueryResult&) = delete;
  ~QueryResult() { functions_.destroy_result(&result_); }

  std::size_t columns() { return functions_.column_count(&result_); }
  // Appends the next rows; false at the end.
  bool fetch(std::vector<DuckDbSession::Row>& rows);

 private:
  const Functions& functions_;
  duckdb::Result result_{};
};

DuckDbSession::Cell cell_at(const duckdb::String* values, const std::uint64_t* validity, std::size_t row) {
  if (validity != nullptr && (validity[row / 64] >> (row % 64) & 1) == 0) return std::nullopt;
  const duckdb::String& value = values[row];
  if (value.length <= sizeof value.rest) return std::string(value.rest, value.length);
  const char* data = nullptr;
  std::memcpy(&data, value.rest + 4, sizeof data);
  return std::string(data, value.length);
}

bool QueryResult::fetch(std::vector<DuckDbSession::Row>& rows) {
  Handle chunk = functions_.fetch_chunk(result_);
  if (chunk == nullptr) return false;
  const std::size_t first = rows.size();
  const std::size_t size = functions_.data_chunk_get_size(chunk);
  rows.resize(first + size, DuckDbSession::Row(columns()));
  for (std::size_t column = 0; column < columns(); ++column) {
    Handle vector = functions_.data_chunk_get_vector(chunk, column);
    const auto* values = static_cast<const duckdb::String*>(functions_.vector_get_data(vector));
    const std::uint64_t* validity = functions_.vector_get_validity(vector);
    for (std::size_t row = 0; row < size; ++row) rows[first + row][column] = cell_at(values, validity, row);
  }
  functions_.destroy_data_chunk(&chunk);
  return true;
}

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out += quote;
}

}  // namespace

DuckDbDatabase::DuckDbDatabase(const Functions& functions, const std::string& temporary_directory,
                               DuckDbLimits limits)
    : functions_(functions) {
  Settings settings(functions_);
  settings.set("threads", std::to_string(limits.threads));
  settings.set("memory_limit", fmt::format("{}B", limits.memory_bytes));
  settings.set("temp_directory", temporary_directory);
  settings.set("autoinstall_known_extensions", "false");
  settings.set("autoload_known_extensions", "false");
  settings.set("allow_community_extensions", "false");
  settings.set("lock_configuration", "true");
  char* error = nullptr;
  if (functions_.open_ext(":memory:", &database_, settings.get(), &error) != duckdb::kSuccess) {
    const std::string message = first_line(error);
    functions_.free(error);
    throw engine_error(message);
  }
}

DuckDbDatabase::~DuckDbDatabase() {
  functions_.close(&database_);
}

DuckDbSession::DuckDbSession(DuckDbDatabase& database) : functions_(database.functions()) {
  if (functions_.connect(database.handle(), &connection_) != duckdb::kSuccess)
    throw engine_error("no connection");
}

DuckDbSession::~DuckDbSession() {
  functions_.disconnect(&connection_);
}

std::vector<DuckDbSession::Row> DuckDbSession::query(const std::string& sql) {
  QueryResult result(functions_, connection_, sql);
  std::vector<Row> rows;
  while (result.fetch(rows)) {
  }
  return rows;
}

void DuckDbSession::execute(const std::string& sql) {
  QueryResult(functions_, connection_, sql);
}

std::uint64_t cell_number(const DuckDbSession::Cell& cell) {
  std::uint64_t value = 0;
  if (cell) std::from_chars(cell->data(), cell->data() + cell->size(), value);
  return value;
}

std::string sql_text(std::string_view text) {
  return quoted(text, '\'');
}
std::string sql_name(std::string_view name) {
  return quoted(name, '"');
}

}  // namespace dvx
