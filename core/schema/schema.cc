#include "core/schema/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/thread_pool.h"
#include "core/schema/data_table.h"
#include "core/schema/duckdb_session.h"
#include "core/schema/file_check.h"
#include "core/schema/schema_engine.h"
#include "core/schema/schema_file.h"
#include "core/schema/verdict_cache.h"
#include "core/workspace/glob.h"
#include "core/workspace/snapshot.h"

namespace dvx {

namespace {

struct LoadedSchema {
  Schema schema;
  ObjectId id;
};

// One file that a request means, and what became of it.
struct FileTask {
  std::string path;  // from the root
  ObjectId id;
  DataFormat format = DataFormat::Csv;
  const LoadedSchema* schema = nullptr;
  std::optional<FileVerdict> verdict;
  bool from_cache = false;
};

using Trees = std::map<ObjectId, Tree>;

LoadedSchema load_schema(const Repository& repository, const std::string& file) {
  const auto text = read_file_if_exists(repository.path(file));
  if (!text) {
    throw Error(ErrorKind::NotFound, fmt::format("there is no schema '{}'", display_path(file)),
                fmt::format("dvx schema infer <data> > {}", paste_quote(file)), file);
  }
  return {parse_schema(*text, file), ObjectId::of(*text)};
}

// The format that a verdict hangs on beside data and schema: the same bytes read otherwise as .tsv than as
// .csv.
std::string_view kind_of(const FileTask& task) {
  return task.format == DataFormat::Parquet ? "parquet" : extension(task.path);
}

// Whether a file inside of a directory is one that the schema speaks of.
bool is_meant(const Schema& schema, const std::string& path_inside) {
  if (schema.files.empty()) {
    const auto by_name = data_format(Schema{}, path_inside);
    return by_name && (schema.format == DataFormat::ByExtension || schema.format == *by_name);
  }
  return std::any_of(schema.files.begin(), schema.files.end(), [&](const std::string& pattern) {
    const bool whole_path = pattern.find('/') != std::string::npos;
    return glob_matches(pattern, whole_path ? std::string_view(path_inside) : file_name(path_inside));
  });
}

FileTask file_task(const LoadedSchema& schema, const std::string& path, const ObjectId& id) {
  const auto format = data_format(schema.schema, path);
  if (!format) {
    throw Error(
        ErrorKind::Config,
        fmt::format("cannot check '{}': the name does not say whether it is CSV, TSV or Parquet",
                    display_path(path)),
        fmt::format("add 'format: csv', 'format: tsv' or 'format: parquet' to {}", schema.schema.file), path);
  }
  return {.path = path, .id = id, .format = *format, .schema = &schema, .verdict = {}};
}

// The files below a tree that the schema means, in order of their paths.
void collect_files(const LoadedSchema& schema, const Trees& trees, const ObjectId& tree,
                   const std::string& root, const std::string& inside, std::vector<FileTask>& tasks) {
  for (const TreeEntry& entry : trees.at(tree).entries()) {
    const std::string path = join_path(inside, entry.name);
    if (entry.kind == EntryKind::Directory) {
      collect_files(schema, trees, entry.id, root, path, tasks);
    } else if (entry.kind != EntryKind::Symlink && is_meant(schema.schema, path)) {
      tasks.push_back(file_task(schema, join_path(root, path), entry.id));
    }
  }
}

const DataRef& data_of(const Snapshot& snapshot, const std::string& path) {
  if (!snapshot.failed.empty()) throw Error(snapshot.failed.front().error);
  if (!snapshot.data) {
    throw Error(ErrorKind::NotFound,
                fmt::format("cannot check '{}': it is not in the workspace", display_path(path)),
                "dvx checkout " + paste_quote(path), path);
  }
  return *snapshot.data;
}

// From requests to verdicts: files and their ids, what the cache knows, the rest through the engine.
class SchemaCheck {
 public:
  SchemaCheck(Repository& repository, const std::vector<SchemaCheckRequest>& requests)
      : repository_(repository), requests_(requests) {}

  std::vector<SchemaVerdict> run() {
    load_schemas();
    // The engine is asked for even when the cache will know all: no verdict without one.
    const DuckDbLocation engine = find_duckdb(repository_.surroundings(), repository_.config());
    cache_.emplace(repository_.dvx_dir() + "/cache/schema", duckdb_build(engine));
    find_files();
    ask_cache();
    ask_engine();
    std::vector<SchemaVerdict> verdicts;
    for (std::size_t i = 0; i < requests_.size(); ++i) verdicts.push_back(verdict_on(i));
    return verdicts;
  }

 private:
  void load_schemas() {
    for (const SchemaCheckRequest& request : requests_) {
      if (!schemas_.contains(request.schema)) {
        schemas_.emplace(request.schema, load_schema(repository_, request.schema));
      }
    }
  }

  // Ids come from the index where the files did not change. A file whose id the caller knows is not looked
  // at.
  void find_files() {
    std::vector<std::size_t> unknown;
    std::vector<std::string> paths;
    tasks_.resize(requests_.size());
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      const SchemaCheckRequest& request = requests_[i];
      if (request.id && !is_directory(repository_.path(request.path))) {
        tasks_[i].push_back(file_task(schemas_.at(request.schema), request.path, *request.id));
      } else {
        unknown.push_back(i);
        paths.push_back(request.path);
      }
    }
    if (paths.empty()) return;
    Trees trees;
    SilentProgress silent;
    const SnapshotOptions options{.on_tree = [&](const std::string&, const ObjectId& id, const Tree& tree) {
      trees.emplace(id, tree);
    }};
    const std::vector<Snapshot> snapshots = take_snapshots(repository_, paths, options, silent);
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const DataRef& data = data_of(snapshots[i], paths[i]);
      const LoadedSchema& schema = schemas_.at(requests_[unknown[i]].schema);
      if (data.kind == DataKind::Tree) {
        collect_files(schema, trees, data.id, paths[i], "", tasks_[unknown[i]]);
      } else {
        tasks_[unknown[i]].push_back(file_task(schema, paths[i], data.id));
      }
    }
  }

  void ask_cache() {
    for (std::vector<FileTask>& tasks : tasks_) {
      for (FileTask& task : tasks) {
        task.verdict = cache_->find(task.id, task.schema->id, kind_of(task));
        task.from_cache = task.verdict.has_value();
        if (!task.verdict) unjudged_.push_back(&task);
      }
    }
  }

  void ask_engine() {
    if (unjudged_.empty()) return;
    SchemaEngine engine(repository_);
    DuckDbDatabase& database = engine.database();
    check_schemas_themselves(database);
    {
      ThreadPool pool(std::min(repository_.jobs(), unjudged_.size()));
      for (FileTask* task : unjudged_) {
        pool.submit([this, task, &database] {
          DuckDbSession session(database);
          task->verdict =
              check_data_file(session, task->schema->schema, task->format, repository_.path(task->path));
        });
      }
      pool.wait();
    }
    remember();
  }

  void check_schemas_themselves(DuckDbDatabase& database) {
    DuckDbSession session(database);
    for (const auto& [file, schema] : schemas_) check_schema_values(session, schema.schema);
  }

  // A file may have changed between its hashing and its check: such a verdict belongs to no id.
  void remember() {
    std::vector<std::string> paths;
    for (const FileTask* task : unjudged_) paths.push_back(task->path);
    SilentProgress silent;
    const std::vector<Snapshot> after = take_snapshots(repository_, paths, {}, silent);
    for (std::size_t i = 0; i < after.size(); ++i) {
      const FileTask& task = *unjudged_[i];
      if (after[i].data && after[i].data->id == task.id) {
        cache_->put(task.id, task.schema->id, kind_of(task), *task.verdict);
      }
    }
  }

  SchemaVerdict verdict_on(std::size_t i) {
    const SchemaCheckRequest& request = requests_[i];
    const LoadedSchema& schema = schemas_.at(request.schema);
    SchemaVerdict verdict{
        .path = request.path, .schema = request.schema, .schema_id = schema.id, .violations = {}};
    verdict.from_cache = true;
    for (const FileTask& task : tasks_[i]) {
      verdict.from_cache = verdict.from_cache && task.from_cache;
      verdict.violation_count += task.verdict->violation_count;
      for (SchemaViolation violation : task.verdict->violations) {
        if (verdict.violations.size() == kKeptViolations) break;
        violation.path = task.path;
        verdict.violations.push_back(std::move(violation));
      }
    }
    if (tasks_[i].empty()) add_nothing_found(schema.schema, verdict);
    verdict.valid = verdict.violation_count == 0;
    return verdict;
  }

  // A schema that looked at nothing has not been met.
  static void add_nothing_found(const Schema& schema, SchemaVerdict& verdict) {
    const std::string wanted =
        schema.files.empty() ? "*.csv, *.tsv, *.parquet" : fmt::format("{}", fmt::join(schema.files, ", "));
    verdict.violation_count = 1;
    verdict.violations.push_back(
        {.path = verdict.path, .rule = "files", .message = fmt::format("no file inside matches {}", wanted)});
  }

  Repository& repository_;
  const std::vector<SchemaCheckRequest>& requests_;
  std::map<std::string, LoadedSchema> schemas_;  // by file; tasks point into it
  std::optional<VerdictCache> cache_;
  std::vector<std::vector<FileTask>> tasks_;  // of each request
  std::vector<FileTask*> unjudged_;
};

// Numbers and dates as they are, all else in quotes, cut where it gets long.
std::string shown_value(const std::string& value) {
  constexpr std::size_t kLongest = 80;
  if (value.empty()) return {};
  if (value.find_first_not_of("0123456789+-.:eE") == std::string::npos) return value + " ";
  std::string shown = display_path(std::string_view(value).substr(0, kLongest));
  if (value.size() > kLongest) shown += "…";
  return "'" + shown + "' ";
}

}  // namespace

std::vector<SchemaVerdict> check_schemas(Repository& repository,
                                         const std::vector<SchemaCheckRequest>& requests) {
  if (requests.empty()) return {};
  return SchemaCheck(repository, requests).run();
}

std::string describe(const SchemaViolation& violation) {
  std::string text = display_path(violation.path);
  if (violation.line) {
    text += fmt::format(":{}", *violation.line);
  } else if (violation.row) {
    text += fmt::format(": row {}", *violation.row);
  }
  if (!violation.field.empty()) text += fmt::format(": column '{}'", display_path(violation.field));
  const bool is_count = violation.rule == "rowCount";
  return fmt::format("{}: {}: {}{}", text, violation.rule,
                     is_count ? violation.value + " " : shown_value(violation.value), violation.message);
}

}  // namespace dvx
