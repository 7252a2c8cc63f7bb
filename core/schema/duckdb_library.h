// DuckDB's C library, loaded on first use: where it is looked for, and the functions dvx calls.
//
// The declarations are our own, of exactly the functions used (C API of DuckDB 1.x, stable since 1.2);
// handles are opaque pointers. Once loaded, a library stays loaded until the process ends. Functions may be
// called from any thread; a connection belongs to one thread at a time.
#pragma once

#include <cstdint>
#include <string>

namespace dvx {

struct Surroundings;
class Config;

namespace duckdb {

using Handle = void*;  // every duckdb_* object
using Index = std::uint64_t;

struct Result {  // duckdb_result, passed by value to fetch_chunk
  Index deprecated_column_count, deprecated_row_count, deprecated_rows_changed;
  void* deprecated_columns;
  char* deprecated_error_message;
  void* internal_data;
};

struct String {  // duckdb_string_t: up to 12 bytes inlined; else 4 bytes of prefix, then a pointer
  std::uint32_t length;
  char rest[12];
};
static_assert(sizeof(String) == 16);

inline constexpr int kSuccess = 0;     // duckdb_state
inline constexpr int kTypeBigint = 5;  // duckdb_type
inline constexpr int kTypeVarchar = 17;
inline constexpr int kErrorOutOfMemory = 33;  // duckdb_error_type
inline constexpr int kErrorInterrupt = 29;

using TableCallback = void (*)(Handle info);
using ScanCallback = void (*)(Handle info, Handle chunk);
using Deleter = void (*)(void*);

// One pointer a function, named as in DuckDB without its prefix.
struct Functions {
  const char* (*library_version)();
  int (*create_config)(Handle* config);
  int (*set_config)(Handle config, const char* name, const char* value);
  void (*destroy_config)(Handle* config);
  int (*open_ext)(const char* path, Handle* database, Handle config, char** error);
  void (*close)(Handle* database);
  int (*connect)(Handle database, Handle* connection);
  void (*disconnect)(Handle* connection);
  int (*query)(Handle connection, const char* sql, Result* result);
  void (*interrupt)(Handle connection);
  const char* (*result_error)(Result* result);
  int (*result_error_type)(Result* result);
  void (*destroy_result)(Result* result);
  Index (*column_count)(Result* result);
  Handle (*fetch_chunk)(Result result);
  void (*destroy_data_chunk)(Handle* chunk);
  Index (*data_chunk_get_size)(Handle chunk);
  void (*data_chunk_set_size)(Handle chunk, Index size);
  Handle (*data_chunk_get_vector)(Handle chunk, Index column);
  void* (*vector_get_data)(Handle vector);
  std::uint64_t* (*vector_get_validity)(Handle vector);
  void (*vector_assign_string_element_len)(Handle vector, Index row, const char* text, Index length);
  Index (*vector_size)();
  void (*free)(void* memory);
  Handle (*create_logical_type)(int type);
  void (*destroy_logical_type)(Handle* type);
  Handle (*create_table_function)();
  void (*destroy_table_function)(Handle* function);
  void (*table_function_set_name)(Handle function, const char* name);
  void (*table_function_set_extra_info)(Handle function, void* extra, Deleter deleter);
  void (*table_function_set_bind)(Handle function, TableCallback bind);
  void (*table_function_set_init)(Handle function, TableCallback init);
  void (*table_function_set_function)(Handle function, ScanCallback scan);
  void (*table_function_supports_projection_pushdown)(Handle function, bool pushdown);
  int (*register_table_function)(Handle connection, Handle function);
  void* (*bind_get_extra_info)(Handle info);
  void (*bind_add_result_column)(Handle info, const char* name, Handle type);
  void* (*init_get_extra_info)(Handle info);
  Index (*init_get_column_count)(Handle info);
  Index (*init_get_column_index)(Handle info, Index projected);
  void (*init_set_init_data)(Handle info, void* data, Deleter deleter);
  void (*init_set_max_threads)(Handle info, Index threads);
  void (*init_set_error)(Handle info, const char* message);
  void* (*function_get_init_data)(Handle info);
  void (*function_set_error)(Handle info, const char* message);
};

}  // namespace duckdb

// Where the library is. `path` is a file, or a bare name that the system's loader looks up.
struct DuckDbLocation {
  std::string path;
  std::string described_as;  // where the path comes from, for messages: "DVX_DUCKDB", "schema.duckdb", …
};

// In the order of docs/schema.md: what `surroundings` names, what the configuration names, beside the
// executable, and last the system's loader. A place that was named is taken even when nothing is there.
DuckDbLocation find_duckdb(const Surroundings& surroundings, const Config& config);

// Names the build of the library without loading it where that is possible (path, size and time of the file),
// so that cached verdicts of another build are not believed.
std::string duckdb_build(const DuckDbLocation& location);

// Loads the library, or gives the one loaded before. NotFound with a hint when it cannot be loaded or lacks a
// function: a schema is never taken as met because nobody could look.
// One library serves the whole process: a second place must be loadable too, but the first one is given.
const duckdb::Functions& load_duckdb(const DuckDbLocation& location);
// The one that was loaded; for callbacks, which DuckDB gives no way to find it.
const duckdb::Functions& loaded_duckdb();

}  // namespace dvx
