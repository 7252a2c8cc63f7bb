#include "core/formats/pipeline/variable_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "core/formats/pipeline/template_text.h"
#include "core/formats/text/values_file.h"
#include "objects/model/inner_path.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;

constexpr const char* kDefaultFile = "params.yaml";

std::vector<std::string> split_keys(std::string_view text) {
  std::vector<std::string> keys;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) keys.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return keys;
}

bool has_expression(const YamlNode& node) {
  const auto in_field = [](const auto& field) {
    return has_expression(field.first) || has_expression(field.second);
  };
  return (node.kind() == Kind::String && !find_expressions(node.scalar()).empty()) ||
         std::ranges::any_of(node.items(), has_expression) || std::ranges::any_of(node.fields(), in_field);
}

}  // namespace

// "file:key,key" in `vars`.
struct VariableFiles::Entry {
  const YamlNode* node = nullptr;  // null: of no text
  std::string stage;
  std::string path;
  std::vector<std::string> keys;
};

void VariableFiles::fail(const Entry& entry, const std::string& message, const std::string& hint) const {
  const std::string in_stage = entry.stage.empty() ? "" : fmt::format("stage '{}': ", entry.stage);
  const YamlNode start;
  yaml_error(entry.node != nullptr ? *entry.node : start, file_, in_stage + message, hint);
}

void VariableFiles::load_default(const std::string& directory, Variables& into) {
  const Entry entry{.node = nullptr, .stage = {}, .path = join_path(directory, kDefaultFile), .keys = {}};
  if (values_of(entry.path) != nullptr) load_file(entry, into);
}

void VariableFiles::load(const YamlNode& vars, const std::string& directory, const std::string& stage,
                         Variables& into) {
  Entry entry{.node = &vars, .stage = stage, .path = {}, .keys = {}};
  if (vars.kind() == Kind::Null) return;
  if (vars.kind() != Kind::List) {
    fail(entry, fmt::format("'vars' must be a list of files and maps, not {}", vars.kind_name()),
         "vars: [settings.yaml]");
  }
  std::size_t index = 0;
  for (const YamlNode& item : vars.items()) {
    entry.node = &item;
    if (has_expression(item)) fail(entry, "'vars' cannot use variables themselves", "write the value out");
    if (item.kind() == Kind::Map) {
      merge(entry, item, fmt::format("{}vars[{}]", stage.empty() ? "" : stage + ".", index), into);
    } else if (item.kind() == Kind::String) {
      const std::string& text = item.scalar();
      const std::size_t colon = text.find(':');
      entry.path = normalize_path(join_path(directory, text.substr(0, colon)));
      entry.keys =
          colon == std::string::npos ? std::vector<std::string>() : split_keys(text.substr(colon + 1));
      load_file(entry, into);
    } else {
      fail(entry, fmt::format("an entry of 'vars' is a file or a map, not {}", item.kind_name()));
    }
    ++index;
  }
}

void VariableFiles::load_file(const Entry& entry, Variables& into) {
  if (is_loaded_already(entry, into)) return;
  if (entry.path.starts_with('/') || entry.path == ".." || entry.path.starts_with("../"))
    fail(entry, fmt::format("'{}' lies outside of the repository", display_path(entry.path)));
  if (const auto reason = refused_path(entry.path))
    fail(entry, fmt::format("'{}' is refused: {}", display_path(entry.path), *reason));
  const YamlNode* values = values_of(entry.path);
  if (values == nullptr) {
    fail(entry, fmt::format("the file '{}' of variables is not there", display_path(entry.path)),
         fmt::format("touch {}", display_path(entry.path)));
  }
  if (entry.keys.empty()) {
    merge(entry, *values, entry.path, into);
  } else {
    merge(entry, chosen(entry, *values), entry.path, into);
  }
  auto& loaded = into.loaded[entry.path];
  loaded.insert(loaded.end(), entry.keys.begin(), entry.keys.end());
}

// All of a file may be asked for again; else nothing may be loaded twice.
bool VariableFiles::is_loaded_already(const Entry& entry, const Variables& into) const {
  const auto before = into.loaded.find(entry.path);
  if (before == into.loaded.end()) return false;
  const bool was_whole = before->second.empty();
  if (was_whole && entry.keys.empty()) return true;
  const auto again = std::ranges::find_if(entry.keys, [&](const std::string& key) {
    return std::ranges::find(before->second, key) != before->second.end();
  });
  if (!was_whole && !entry.keys.empty() && again == entry.keys.end()) return false;
  const std::string loaded = again != entry.keys.end() ? fmt::format("'{}' of ", *again)
                             : was_whole               ? "all of "
                                                       : "part of ";
  fail(entry, fmt::format("{}'{}' is loaded already", loaded, display_path(entry.path)), "load it once");
}

YamlNode VariableFiles::chosen(const Entry& entry, const YamlNode& values) const {
  YamlNode part = YamlNode::make_map({});
  for (const std::string& key : entry.keys) {
    const YamlNode* value = values.find(key);
    if (value == nullptr) {
      std::vector<std::string_view> names;
      for (const auto& [name, unused] : values.fields()) names.push_back(name.scalar());
      const auto near = nearest_word(key, names);
      fail(entry, fmt::format("no variable '{}' in '{}'", key, display_path(entry.path)),
           near ? fmt::format("did you mean '{}'?", *near) : "");
    }
    if (part.find(key) == nullptr) part.add_field(YamlNode::make_scalar(Kind::String, key), *value);
  }
  return part;
}

void VariableFiles::merge(const Entry& entry, const YamlNode& values, const std::string& source,
                          Variables& into) const {
  if (const auto conflict = into.merge(values, source)) {
    fail(entry,
         fmt::format("'{}' of {} is defined already, by {}", conflict->name, display_path(source),
                     display_path(conflict->source)),
         "give one of the two another name");
  }
}

const YamlNode* VariableFiles::values_of(const std::string& path) {
  const auto known = parsed_.find(path);
  if (known != parsed_.end()) return &known->second;
  const auto text = read_(path);
  return text ? &parsed_.emplace(path, parse_values(*text, path)).first->second : nullptr;
}

}  // namespace dvx
