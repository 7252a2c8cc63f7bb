#include "core/schema/duckdb_library.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <mutex>
#include <optional>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/path.h"
#include "core/repo/config.h"
#include "core/repo/home_path.h"
#include "core/repo/repository.h"

namespace dvx {

namespace {

constexpr const char* kFileName = "libduckdb.so";

bool is_file(const std::string& path) {
  struct stat st;
  return ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode);
}

Error not_loaded(const DuckDbLocation& location, const std::string& why) {
  return Error(ErrorKind::NotFound,
               fmt::format("cannot check schemas: DuckDB's library cannot be loaded from '{}' ({}): {}",
                           location.path, location.described_as, why),
               "./dev deps, or: dvx config schema.duckdb /path/to/libduckdb.so", location.path);
}

template <typename Function>
void resolve(void* library, const char* name, Function*& out, const DuckDbLocation& location) {
  void* symbol = ::dlsym(library, name);
  if (symbol == nullptr) throw not_loaded(location, fmt::format("it has no function '{}'", name));
  out = reinterpret_cast<Function*>(symbol);
}

#define DVX_RESOLVE(name) resolve(library, "duckdb_" #name, f.name, location)

void resolve_queries(void* library, const DuckDbLocation& location, duckdb::Functions& f) {
  DVX_RESOLVE(library_version);
  DVX_RESOLVE(create_config);
  DVX_RESOLVE(set_config);
  DVX_RESOLVE(destroy_config);
  DVX_RESOLVE(open_ext);
  DVX_RESOLVE(close);
  DVX_RESOLVE(connect);
  DVX_RESOLVE(disconnect);
  DVX_RESOLVE(query);
  DVX_RESOLVE(interrupt);
  DVX_RESOLVE(result_error);
  DVX_RESOLVE(result_error_type);
  DVX_RESOLVE(destroy_result);
  DVX_RESOLVE(column_count);
  DVX_RESOLVE(fetch_chunk);
  DVX_RESOLVE(destroy_data_chunk);
  DVX_RESOLVE(data_chunk_get_size);
  DVX_RESOLVE(data_chunk_set_size);
  DVX_RESOLVE(data_chunk_get_vector);
  DVX_RESOLVE(vector_get_data);
  DVX_RESOLVE(vector_get_validity);
  DVX_RESOLVE(vector_assign_string_element_len);
  DVX_RESOLVE(vector_size);
  DVX_RESOLVE(free);
  DVX_RESOLVE(create_logical_type);
  DVX_RESOLVE(destroy_logical_type);
}

void resolve_table_functions(void* library, const DuckDbLocation& location, duckdb::Functions& f) {
  DVX_RESOLVE(create_table_function);
  DVX_RESOLVE(destroy_table_function);
  DVX_RESOLVE(table_function_set_name);
  DVX_RESOLVE(table_function_set_extra_info);
  DVX_RESOLVE(table_function_set_bind);
  DVX_RESOLVE(table_function_set_init);
  DVX_RESOLVE(table_function_set_function);
  DVX_RESOLVE(table_function_supports_projection_pushdown);
  DVX_RESOLVE(register_table_function);
  DVX_RESOLVE(bind_get_extra_info);
  DVX_RESOLVE(bind_add_result_column);
  DVX_RESOLVE(init_get_extra_info);
  DVX_RESOLVE(init_get_column_count);
  DVX_RESOLVE(init_get_column_index);
  DVX_RESOLVE(init_set_init_data);
  DVX_RESOLVE(init_set_max_threads);
  DVX_RESOLVE(init_set_error);
  DVX_RESOLVE(function_get_init_data);
  DVX_RESOLVE(function_set_error);
}

#undef DVX_RESOLVE

duckdb::Functions load(const DuckDbLocation& location) {
  // Lazy: of the library's many thousand symbols few are used.
  void* library = ::dlopen(location.path.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) throw not_loaded(location, ::dlerror());
  duckdb::Functions functions;
  resolve_queries(library, location, functions);
  resolve_table_functions(library, location, functions);
  return functions;
}

struct Loaded {
  std::mutex mutex;
  std::optional<duckdb::Functions> functions;
  std::set<std::string> checked_paths;
};

Loaded& the_loaded() {
  static Loaded loaded;
  return loaded;
}

}  // namespace

DuckDbLocation find_duckdb(const Surroundings& surroundings, const Config& config) {
  if (!surroundings.duckdb.empty()) return {surroundings.duckdb, "DVX_DUCKDB"};
  if (const auto configured = config.get("schema.duckdb"); configured && !configured->empty()) {
    return {resolve_home(*configured, surroundings, "schema.duckdb"), "schema.duckdb"};
  }
  if (!surroundings.executable.empty()) {
    const std::string directory = parent_path(surroundings.executable);
    const std::array<std::string, 2> places = {
        join_path(directory, kFileName),
        normalize_path(join_path(directory, std::string("../lib/dvx/") + kFileName)),
    };
    for (const std::string& place : places) {
      if (is_file(place)) return {place, "beside dvx"};
    }
  }
  return {kFileName, "the system's libraries"};
}

std::string duckdb_build(const DuckDbLocation& location) {
  struct stat st;
  if (::stat(location.path.c_str(), &st) != 0) return load_duckdb(location).library_version();
  return fmt::format("{} {} {}.{:09}", location.path, st.st_size, st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

const duckdb::Functions& load_duckdb(const DuckDbLocation& location) {
  Loaded& loaded = the_loaded();
  const std::lock_guard lock(loaded.mutex);
  if (loaded.checked_paths.contains(location.path)) return *loaded.functions;
  const duckdb::Functions functions = load(location);
  if (!loaded.functions) loaded.functions = functions;
  loaded.checked_paths.insert(location.path);
  return *loaded.functions;
}

// Callbacks run after load_duckdb() and the value never changes, so no lock is needed.
const duckdb::Functions& loaded_duckdb() {
  return *the_loaded().functions;
}

}  // namespace dvx
