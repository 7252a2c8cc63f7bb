#include "core/formats/text/value_text.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"
#include "base/subprocess.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;

// repr() of Python: the shortest digits that read back, an exponent below 1e-4 and from 1e16.
std::string float_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  char buffer[64];
  const auto end = std::to_chars(std::begin(buffer), std::end(buffer), number, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(end.ptr - buffer));
  const std::size_t mark = text.find('e');
  const int exponent = std::stoi(std::string(text.substr(mark + 1)));
  if (exponent < -4 || exponent >= 16) return std::string(text);
  const auto fixed = std::to_chars(std::begin(buffer), std::end(buffer), number, std::chars_format::fixed);
  std::string plain(buffer, static_cast<std::size_t>(fixed.ptr - buffer));
  if (plain.find('.') == std::string::npos) plain += ".0";
  return plain;
}

std::string number_text(const YamlNode& node) {
  const nlohmann::json value = yaml_to_json(node);
  if (value.is_number_float()) return float_text(value.get<double>());
  if (!value.is_string()) return value.dump();
  const auto& word = value.get_ref<const std::string&>();
  return word.starts_with('.') ? word.substr(1) : word.starts_with("-.") ? "-" + word.substr(2) : word;
}

class Arguments {
 public:
  explicit Arguments(const UnpackRules& rules) : rules_(rules) {}

  void add_fields(const YamlNode& map, const std::string& prefix) {
    for (const auto& [key, value] : map.fields()) add(prefix + key.scalar(), value);
  }

  std::string take() { return std::move(text_); }

 private:
  void word(const std::string& text) { text_ += (text_.empty() ? "" : " ") + text; }

  void add(const std::string& name, const YamlNode& value) {
    switch (value.kind()) {
      case Kind::Map:
        return add_fields(value, name + ".");
      case Kind::List:
        return add_list(name, value);
      case Kind::Bool:
        if (value_text(value) == "true") return word("--" + name);
        if (rules_.booleans == UnpackRules::Booleans::NegatedWhenFalse) word("--no-" + name);
        return;
      default:
        word(fmt::format("--{} {}", name, argument(value)));
    }
  }

  void add_list(const std::string& name, const YamlNode& list) {
    bool first = true;
    for (const YamlNode& item : list.items()) {
      if (is_composite(item)) {
        throw Error{ErrorKind::Config, fmt::format("'{}' has {} in a list, which no command line can say",
                                                   name, item.kind_name())};
      }
      const bool with_flag = first || rules_.lists == UnpackRules::Lists::FlagEach;
      word(with_flag ? fmt::format("--{} {}", name, item_text(item)) : item_text(item));
      first = false;
    }
  }

  static std::string argument(const YamlNode& value) {
    return value.kind() == Kind::String ? shell_quote(value.scalar()) : value_text(value);
  }

  // In a list DVC leaves booleans to Python.
  static std::string item_text(const YamlNode& item) {
    if (item.kind() != Kind::Bool) return argument(item);
    return value_text(item) == "true" ? "True" : "False";
  }

  const UnpackRules& rules_;
  std::string text_;
};

}  // namespace

bool is_composite(const YamlNode& value) {
  return value.kind() == YamlNode::Kind::List || value.kind() == YamlNode::Kind::Map;
}

std::string value_text(const YamlNode& scalar) {
  switch (scalar.kind()) {
    case Kind::Null:
      return "None";
    case Kind::Bool:
      return scalar.scalar()[0] == 't' || scalar.scalar()[0] == 'T' ? "true" : "false";
    case Kind::Int:
    case Kind::Float:
      return number_text(scalar);
    default:
      return scalar.scalar();
  }
}

std::string command_arguments(const YamlNode& map, const UnpackRules& rules) {
  Arguments arguments(rules);
  arguments.add_fields(map, "");
  return arguments.take();
}

}  // namespace dvx
