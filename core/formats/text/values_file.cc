#include "core/formats/text/values_file.h"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "base/path.h"
#include "core/formats/text/canonical_json.h"
#include "core/formats/text/merge_conflict.h"
#include "core/formats/text/python_literals.h"
#include "core/formats/text/python_numbers.h"
#include "core/formats/text/text_shape.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;
using Fields = std::vector<std::pair<YamlNode, YamlNode>>;

YamlNode string_node(std::string text) {
  return YamlNode::make_scalar(Kind::String, std::move(text));
}

// The words of YAML for what JSON cannot say.
YamlNode float_node(double number) {
  if (std::isnan(number)) return YamlNode::make_scalar(Kind::Float, ".nan");
  if (std::isinf(number)) return YamlNode::make_scalar(Kind::Float, number < 0 ? "-.inf" : ".inf");
  return YamlNode::make_scalar(Kind::Float, nlohmann::json(number).dump());
}

YamlNode toml_scalar(const toml::node& node) {
  if (const auto* text = node.as_string()) return string_node(text->get());
  if (const auto* integer = node.as_integer())
    return YamlNode::make_scalar(Kind::Int, fmt::format("{}", integer->get()));
  if (const auto* number = node.as_floating_point()) return float_node(number->get());
  if (const auto* boolean = node.as_boolean())
    return YamlNode::make_scalar(Kind::Bool, boolean->get() ? "true" : "false");
  std::ostringstream text;  // dates and times, in RFC 3339's form
  if (const auto* date = node.as_date()) text << date->get();
  if (const auto* time = node.as_time()) text << time->get();
  if (const auto* date_time = node.as_date_time()) text << date_time->get();
  return string_node(text.str());
}

YamlNode toml_node(const toml::node& node) {
  if (const toml::table* table = node.as_table()) {
    std::vector<std::pair<const toml::key*, const toml::node*>> entries;
    for (const auto& [key, value] : *table) entries.emplace_back(&key, &value);
    // The library sorts by name; people mean the order of the file.
    std::ranges::stable_sort(entries, [](const auto& a, const auto& b) {
      const auto x = a.first->source().begin, y = b.first->source().begin;
      return std::pair(x.line, x.column) < std::pair(y.line, y.column);
    });
    Fields fields;
    for (const auto& [key, value] : entries)
      fields.emplace_back(string_node(std::string(key->str())), toml_node(*value));
    return YamlNode::make_map(std::move(fields));
  }
  if (const toml::array* array = node.as_array()) {
    std::vector<YamlNode> items;
    for (const toml::node& item : *array) items.push_back(toml_node(item));
    return YamlNode::make_list(std::move(items));
  }
  return toml_scalar(node);
}

YamlNode parse_toml(std::string_view text, const std::string& path) {
  check_size(text, path, limits::kTomlBytes, "TOML");
  check_toml_shape(text, path);
  try {
    return toml_node(toml::parse(text));
  } catch (const toml::parse_error& error) {
    throw Error{ErrorKind::Config,
                fmt::format("{}:{}:{}: {}", display_path(path), error.source().begin.line,
                            error.source().begin.column, error.description()),
                {},
                path};
  }
}

// Events of the parser to nodes: its own objects do not keep the order of names.
class JsonNodes {
 public:
  // `special` as without_special_numbers() gives it.
  explicit JsonNodes(const std::map<std::size_t, std::string>& special) : special_(special) {}

  bool null() { return add(YamlNode::make_scalar(Kind::Null, "null")); }
  bool boolean(bool value) { return add(YamlNode::make_scalar(Kind::Bool, value ? "true" : "false")); }
  bool number_integer(std::int64_t value) {
    return add_number(YamlNode::make_scalar(Kind::Int, fmt::format("{}", value)));
  }
  bool number_unsigned(std::uint64_t value) {
    return add_number(YamlNode::make_scalar(Kind::Int, fmt::format("{}", value)));
  }
  bool number_float(double value, const std::string&) { return add_number(float_node(value)); }
  bool string(std::string& text) { return add(string_node(text)); }
  bool binary(std::vector<std::uint8_t>&) { return false; }
  bool start_object(std::size_t) { return open(); }
  bool start_array(std::size_t) { return open(); }
  bool key(std::string& name) {
    open_.back().keys.push_back(string_node(name));
    return true;
  }
  bool end_object() {
    Collection last = close();
    Fields fields;
    fields.reserve(last.keys.size());
    for (std::size_t i = 0; i < last.keys.size(); ++i)
      fields.emplace_back(std::move(last.keys[i]), std::move(last.values[i]));
    return add(YamlNode::make_map(std::move(fields)));
  }
  bool end_array() { return add(YamlNode::make_list(close().values)); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) { return false; }

  YamlNode take() { return std::move(root_); }
  bool is_too_much() const { return count_ > limits::kYamlValues; }

 private:
  struct Collection {
    std::vector<YamlNode> keys, values;
  };

  bool open() {
    open_.emplace_back();
    return true;
  }
  Collection close() {
    Collection last = std::move(open_.back());
    open_.pop_back();
    return last;
  }
  bool add_number(YamlNode node) {
    const auto special = special_.find(numbers_++);
    return add(special == special_.end() ? std::move(node)
                                         : YamlNode::make_scalar(Kind::Float, special->second));
  }
  bool add(YamlNode node) {
    if (++count_ > limits::kYamlValues) return false;
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      open_.back().values.push_back(std::move(node));
    }
    return true;
  }

  const std::map<std::size_t, std::string>& special_;
  std::size_t numbers_ = 0;  // that came so far
  YamlNode root_;
  std::size_t count_ = 0;
  std::vector<Collection> open_;
};

YamlNode parse_json_values(std::string_view text, const std::string& path) {
  const PlainNumbers plain = without_special_numbers(text);
  parse_json(plain.text, path);  // says what is wrong: depth, names given twice
  JsonNodes nodes(plain.special);
  nlohmann::json::sax_parse(plain.text, &nodes);
  if (nodes.is_too_much()) {
    throw Error{ErrorKind::Config,
                fmt::format("{}: more than {} values", display_path(path), limits::kYamlValues),
                {},
                path};
  }
  return nodes.take();
}

// Tables of TOML, keys with dots and lists nest into each other, so the sum of the three is looked at here; a
// value that is as deep as this has room in a key and a run record.
void require_depth(const YamlNode& node, const std::string& path, std::size_t levels) {
  if (levels == 0) {
    throw Error{ErrorKind::Config,
                fmt::format("{}: nested more than {} levels deep", display_path(path), limits::kValueDepth),
                {},
                path};
  }
  for (const YamlNode& item : node.items()) require_depth(item, path, levels - 1);
  for (const auto& [key, value] : node.fields()) require_depth(value, path, levels - 1);
}

YamlNode parse_by_ending(std::string_view text, const std::string& path) {
  const std::string_view ending = extension(path);
  if (ending == ".json") return parse_json_values(text, path);
  if (ending == ".toml") return parse_toml(text, path);
  if (ending == ".py") {
    check_size(text, path, limits::kPythonBytes, "a params file in Python");
    return parse_python_literals(text, path);
  }
  return parse_yaml(text, path);
}

}  // namespace

YamlNode parse_values(std::string_view text, const std::string& path) {
  refuse_merge_conflict(text, path);
  YamlNode values = parse_by_ending(text, path);
  require_depth(values, path, limits::kValueDepth);
  if (values.kind() == Kind::Null) return YamlNode::make_map({});
  if (values.kind() == Kind::Map) return values;
  throw Error{ErrorKind::Config,
              fmt::format("{}: a file of params or metrics must be a map", display_path(path)),
              {},
              path};
}

}  // namespace dvx
