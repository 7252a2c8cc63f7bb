#include "core/formats/lock_file.h"
#include <nlohmann/json.hpp>

#include "core/formats/text/merge_conflict.h"

#include <fmt/format.h>
#include <simdjson.h>
#include <algorithm>

#include "base/error.h"
#include "base/limits.h"
#include "base/path.h"
#include "core/formats/text/canonical_json.h"
#include "objects/model/inner_path.h"

namespace dvx {
namespace {

constexpr std::uint64_t kLockVersion = 1;  // On disk: raised when an older dvx would misread what is written.

namespace dom = simdjson::dom;

nlohmann::json to_json(const dom::element& element) {
  switch (element.type()) {
    case dom::element_type::OBJECT: {
      nlohmann::json object = nlohmann::json::object();
      for (const auto& [key, value] : dom::object(element)) object[std::string(key)] = to_json(value);
      return object;
    }
    case dom::element_type::ARRAY: {
      nlohmann::json array = nlohmann::json::array();
      for (const dom::element item : dom::array(element)) array.push_back(to_json(item));
      return array;
    }
    case dom::element_type::STRING:
      return std::string(std::string_view(element));
    case dom::element_type::INT64:
      return std::int64_t(element);
    case dom::element_type::UINT64:
      return std::uint64_t(element);
    case dom::element_type::DOUBLE:
      return double(element);
    case dom::element_type::BOOL:
      return bool(element);
    case dom::element_type::NULL_VALUE:
      return nullptr;
  }
  return nullptr;
}

// From the parsed text to the structs; knows where it is, for messages.
class LockReader {
 public:
  explicit LockReader(const std::string& name) : name_(name) {}

  LockFile read(const dom::element& root) {
    LockFile lock;
    bool has_version = false;
    for (const auto& [key, value] : object(root, "the file")) {
      if (key == "version") {
        check_version(value);
        has_version = true;
      } else if (key == "stages") {
        if (!lock.stages.empty()) fail("'stages' is given twice");
        read_stages(value, lock);
      } else {
        fail(fmt::format("unknown field '{}'", display_path(key)));
      }
    }
    if (!has_version) fail("no field 'version'");
    return lock;
  }

 private:
  [[noreturn]] void fail(const std::string& message) const {
    const std::string where = stage_.empty() ? "" : fmt::format("stage '{}': ", display_path(stage_));
    throw Error{ErrorKind::Config, fmt::format("{}: {}{}", display_path(name_), where, message),
                fmt::format("git checkout HEAD -- {}", name_), name_};
  }

  dom::object object(const dom::element& element, std::string_view what) const {
    dom::object result;
    if (element.get(result) != simdjson::SUCCESS) fail(fmt::format("{} must be an object", what));
    return result;
  }

  // The same of a field by its name. Ten thousand of them are right, so nothing is put into words before one
  // is wrong.
  dom::object object_in(const dom::element& element, std::string_view field) const {
    dom::object result;
    if (element.get(result) != simdjson::SUCCESS)
      fail(fmt::format("'{}' must be an object", display_path(field)));
    return result;
  }

  std::string_view string(const dom::element& element, std::string_view what) const {
    std::string_view result;
    if (element.get(result) != simdjson::SUCCESS) fail(fmt::format("'{}' must be a string", what));
    return result;
  }

  std::uint64_t number(const dom::element& element, std::string_view what) const {
    std::uint64_t result = 0;
    if (element.get(result) != simdjson::SUCCESS) fail(fmt::format("'{}' must be a whole number", what));
    return result;
  }

  bool boolean(const dom::element& element, std::string_view what) const {
    bool result = false;
    if (element.get(result) != simdjson::SUCCESS) fail(fmt::format("'{}' must be true or false", what));
    return result;
  }

  ObjectId id(const dom::element& element, std::string_view what) const {
    const std::string_view text = string(element, what);
    const auto result = text.starts_with("sha256:") ? ObjectId::parse(text) : std::nullopt;
    if (!result) fail(fmt::format("'{}' is not an object id: '{}'", what, display_path(text)));
    return *result;
  }

  void check_version(const dom::element& element) const {
    const std::uint64_t version = number(element, "version");
    if (version <= kLockVersion && version > 0) return;
    throw Error{ErrorKind::Config,
                fmt::format("{}: written in format {}, this dvx reads up to {}", display_path(name_), version,
                            kLockVersion),
                "dvx --version", name_};
  }

  void read_stages(const dom::element& element, LockFile& lock) {
    for (const auto& [name, value] : object(element, "'stages'")) {
      stage_ = std::string(name);
      LockedStage stage = read_stage(value);
      if (lock.stages.empty() || lock.stages.rbegin()->first < stage_) {  // as we write them
        lock.stages.emplace_hint(lock.stages.end(), stage_, std::move(stage));
      } else if (!lock.stages.emplace(stage_, std::move(stage)).second) {
        fail("is given twice");
      }
    }
    stage_.clear();
  }

  LockedStage read_stage(const dom::element& element) const {
    LockedStage stage;
    for (const auto& [key, value] : object(element, "a stage")) {
      if (key == "key")
        stage.key = id(value, key);
      else if (key == "run")
        stage.run = id(value, key);
      else if (key == "cmd")
        stage.commands = read_commands(value);
      else if (key == "deps")
        stage.deps = read_paths(value, "deps");
      else if (key == "outs")
        stage.outs = read_paths(value, "outs");
      else if (key == "params")
        stage.params = to_json(value);
      else if (key == "environment")
        stage.environment = to_json(value);
      else
        fail(fmt::format("unknown field '{}'", display_path(key)));
    }
    if (stage.key.is_zero()) fail("no field 'key'");
    if (stage.run.is_zero()) fail("no field 'run'");
    if (stage.params->is_null()) stage.params = nlohmann::json::object();
    if (stage.environment->is_null()) stage.environment = nlohmann::json::object();
    if (!stage.params->is_object()) fail("'params' must be an object");
    if (!stage.environment->is_object()) fail("'environment' must be an object");
    if (const auto imports = stage.environment->find("imports"); imports != stage.environment->end()) {
      for (const auto& [path, content] : imports->items()) check_path(path_from_json_text(path));
    }
    return stage;
  }

  std::vector<std::string> read_commands(const dom::element& element) const {
    dom::array array;
    if (element.get(array) != simdjson::SUCCESS) fail("'cmd' must be a list");
    std::vector<std::string> commands;
    for (const dom::element command : array) commands.emplace_back(string(command, "cmd"));
    return commands;
  }

  std::vector<LockedPath> read_paths(const dom::element& element, std::string_view what) const {
    std::vector<LockedPath> paths;
    for (const auto& [key, value] : object_in(element, what)) {
      std::string path = path_from_json_text(key);
      check_path(path);
      DataRef data = read_data(value, path);
      paths.push_back({std::move(path), data});
    }
    const auto by_path = [](const LockedPath& a, const LockedPath& b) { return a.path < b.path; };
    std::sort(paths.begin(), paths.end(), by_path);
    const auto same = [](const LockedPath& a, const LockedPath& b) { return a.path == b.path; };
    const auto twice = std::adjacent_find(paths.begin(), paths.end(), same);
    if (twice != paths.end())
      fail(fmt::format("'{}' is given twice in '{}'", display_path(twice->path), what));
    return paths;
  }

  // The lock comes with a clone and is not trusted to stay inside of it.
  void check_path(const std::string& path) const {
    if (const auto reason = refused_path(path)) {
      fail(fmt::format("'{}' is not a path inside of the repository: {}", display_path(path), *reason));
    }
  }

  DataRef read_data(const dom::element& element, const std::string& path) const {
    DataRef data;
    int ids = 0;
    for (const auto& [key, value] : object_in(element, path)) {
      if (key == "file" || key == "tree") {
        data.kind = key == "file" ? DataKind::File : DataKind::Tree;
        data.id = id(value, key);
        ++ids;
      } else if (key == "size") {
        data.size = number(value, key);
      } else if (key == "files") {
        data.files = number(value, key);
      } else if (key == "executable") {
        data.executable = boolean(value, key);
      } else {
        fail(fmt::format("'{}': unknown field '{}'", display_path(path), display_path(key)));
      }
    }
    if (ids != 1) fail(fmt::format("'{}' needs one of 'file' and 'tree'", display_path(path)));
    return data;
  }

  const std::string& name_;
  std::string stage_;
};

std::string json_string(std::string_view text) {
  return canonical_json(nlohmann::json(text));
}

// Writes `"name": value` fields at one depth, with commas between and a line for each.
class Lines {
 public:
  Lines(std::string& out, int depth) : out_(out), indent_(static_cast<std::size_t>(depth) * 2, ' ') {}

  std::string& next(std::string_view name) {
    out_ += first_ ? "\n" : ",\n";
    first_ = false;
    out_ += indent_;
    out_ += json_string(name);
    out_ += ": ";
    return out_;
  }

  // The closing brace, on a line of its own unless there was nothing.
  void close() {
    if (!first_) out_ += "\n" + indent_.substr(2);
    out_ += '}';
  }

 private:
  std::string& out_;
  std::string indent_;
  bool first_ = true;
};

void write_paths(std::string& out, const std::vector<LockedPath>& paths) {
  std::vector<const LockedPath*> sorted;
  for (const LockedPath& path : paths) sorted.push_back(&path);
  std::sort(sorted.begin(), sorted.end(), [](auto* a, auto* b) { return a->path < b->path; });
  out += '{';
  Lines lines(out, 4);
  for (const LockedPath* entry : sorted) {
    const DataRef& data = entry->data;
    const bool tree = data.kind == DataKind::Tree;
    lines.next(path_to_json_text(entry->path));
    out += fmt::format(R"({{"{}": "{}", "size": {})", tree ? "tree" : "file", data.id.to_string(), data.size);
    if (tree) out += fmt::format(R"(, "files": {})", data.files);
    if (data.executable) out += R"(, "executable": true)";
    out += '}';
  }
  lines.close();
}

// {"group": {"name": value}} with a line for each name.
void write_groups(std::string& out, const nlohmann::json& groups) {
  out += '{';
  Lines lines(out, 4);
  for (const auto& [group, values] : groups.items()) {
    lines.next(group);
    if (!values.is_object()) {
      out += canonical_json(values);
      continue;
    }
    out += '{';
    Lines inner(out, 5);
    for (const auto& [name, value] : values.items()) inner.next(name) += canonical_json(value);
    inner.close();
  }
  lines.close();
}

void write_stage(std::string& out, const LockedStage& stage) {
  out += '{';
  Lines lines(out, 3);
  lines.next("key") += json_string(stage.key.to_string());
  lines.next("run") += json_string(stage.run.to_string());
  lines.next("cmd") += canonical_json(nlohmann::json(stage.commands));
  write_paths(lines.next("deps"), stage.deps);
  if (stage.params->is_object() && !stage.params->empty()) write_groups(lines.next("params"), stage.params);
  if (stage.environment->is_object() && !stage.environment->empty()) {
    write_groups(lines.next("environment"), stage.environment);
  }
  write_paths(lines.next("outs"), stage.outs);
  lines.close();
}

}  // namespace

LockFile parse_lock(std::string_view text, const std::string& name_for_errors) {
  refuse_merge_conflict(text, name_for_errors);
  dom::parser parser;
  dom::element root;
  const auto values = static_cast<std::size_t>(std::ranges::count(text, ','));
  if (values > limits::kLockValues) {
    throw Error{ErrorKind::Config,
                fmt::format("{}: more than {} values", display_path(name_for_errors), limits::kLockValues),
                {},
                name_for_errors};
  }
  if (parser.allocate(text.size(), limits::kJsonDepth) != simdjson::SUCCESS ||
      parser.parse(text.data(), text.size()).get(root) != simdjson::SUCCESS) {
    // simdjson does not say where; this does.
    parse_json(text, name_for_errors);
    throw Error{
        ErrorKind::Config, fmt::format("{}: not JSON", display_path(name_for_errors)), {}, name_for_errors};
  }
  return LockReader(name_for_errors).read(root);
}

std::string serialize_lock(const LockFile& lock) {
  std::string out = "{";
  Lines lines(out, 1);
  lines.next("version") += std::to_string(kLockVersion);
  lines.next("stages") += '{';
  Lines stages(out, 2);
  for (const auto& [name, stage] : lock.stages) write_stage(stages.next(name), stage);
  stages.close();
  lines.close();
  out += '\n';
  return out;
}

}  // namespace dvx
