#include "core/formats/text/canonical_json.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "base/limits.h"
#include "base/path.h"
#include "base/utf8.h"

namespace dvx {
namespace {

constexpr int kDeepestJson = limits::kJsonDepth;

void write_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\b':
      out += "\\b";
      break;
    case '\f':
      out += "\\f";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\r':
      out += "\\r";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
  }
}

void write_string(std::string& out, std::string_view text) {
  if (!is_valid_utf8(text)) {
    throw Error{ErrorKind::Internal, fmt::format("'{}' is not UTF-8 and cannot be JSON", display_path(text))};
  }
  const auto is_special = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
  };
  out += '"';
  for (auto rest = text.begin(); rest != text.end();) {
    const auto special = std::find_if(rest, text.end(), is_special);
    out.append(rest, special);
    rest = special;
    if (rest != text.end()) write_escaped(out, *rest++);
  }
  out += '"';
}

// Layout of ECMAScript's Number::toString, ".0" added where it gives an integer.
void write_double(std::string& out, double number) {
  if (!std::isfinite(number)) throw Error{ErrorKind::Internal, "JSON has no infinite numbers"};
  char buffer[64];
  const auto end =
      std::to_chars(std::begin(buffer), std::end(buffer), std::fabs(number), std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(end.ptr - buffer));
  const std::size_t mark = text.find('e');
  std::string digits(text.substr(0, mark));
  if (digits.size() > 1) digits.erase(1, 1);  // the point
  int exponent = 0;
  const char* exponent_text = text.data() + mark + (text[mark + 1] == '+' ? 2 : 1);
  std::from_chars(exponent_text, text.data() + text.size(), exponent);

  if (std::signbit(number)) out += '-';
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the decimal point
  if (point >= count && point <= 21) {
    out += digits + std::string(static_cast<std::size_t>(point - count), '0') + ".0";
  } else if (point > 0 && point <= 21) {
    out += digits.substr(0, static_cast<std::size_t>(point)) + '.' +
           digits.substr(static_cast<std::size_t>(point));
  } else if (point > -6 && point <= 0) {
    out += "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  } else {
    out += digits[0];
    if (count > 1) out += '.' + digits.substr(1);
    out += fmt::format("e{}{}", exponent < 0 ? '-' : '+', std::abs(exponent));
  }
}

void write_value(std::string& out, const nlohmann::json& value, int depth) {
  if (depth > kDeepestJson) throw Error{ErrorKind::Internal, "a JSON value is nested too deep"};
  using Type = nlohmann::json::value_t;
  switch (value.type()) {
    case Type::object: {
      out += '{';
      const char* separator = "";
      using Object = nlohmann::json::object_t;  // a std::map: sorted by bytes
      for (const auto& [key, field] : *value.get_ptr<const Object*>()) {
        out += separator;
        write_string(out, key);
        out += ':';
        write_value(out, field, depth + 1);
        separator = ",";
      }
      out += '}';
      break;
    }
    case Type::array: {
      out += '[';
      const char* separator = "";
      for (const nlohmann::json& item : value) {
        out += separator;
        write_value(out, item, depth + 1);
        separator = ",";
      }
      out += ']';
      break;
    }
    case Type::string:
      write_string(out, value.get_ref<const std::string&>());
      break;
    case Type::boolean:
      out += value.get<bool>() ? "true" : "false";
      break;
    case Type::number_integer:
      out += fmt::format("{}", value.get<std::int64_t>());
      break;
    case Type::number_unsigned:
      out += fmt::format("{}", value.get<std::uint64_t>());
      break;
    case Type::number_float:
      write_double(out, value.get<double>());
      break;
    case Type::null:
      out += "null";
      break;
    case Type::binary:
    case Type::discarded:
      throw Error{ErrorKind::Internal, "a JSON value without a text form"};
  }
}

// Watches nlohmann's parser, which itself takes any depth and keeps the last of two equal keys.
class StructureCheck {
 public:
  bool operator()(int depth, nlohmann::json::parse_event_t event, const nlohmann::json& parsed) {
    using Event = nlohmann::json::parse_event_t;
    if (depth > kDeepestJson)
      throw std::runtime_error(fmt::format("nested more than {} levels deep", kDeepestJson));
    if (++values_ > limits::kJsonValues)
      throw std::runtime_error(fmt::format("more than {} values", limits::kJsonValues));
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key && !keys_.back().insert(parsed.get<std::string>()).second) {
      throw std::runtime_error(fmt::format("the key '{}' is given twice", parsed.get<std::string>()));
    }
    return true;
  }

 private:
  std::vector<std::set<std::string>> keys_;
  std::size_t values_ = 0;
};

// "[json.exception.parse_error.101] parse error at line 1, column 2: …" without its first word.
std::string readable(std::string_view message) {
  const std::size_t end = message.starts_with('[') ? message.find("] ") : std::string_view::npos;
  return std::string(end == std::string_view::npos ? message : message.substr(end + 2));
}

}  // namespace

std::string canonical_json(const nlohmann::json& value) {
  std::string out;
  out.reserve(512);  // a key
  write_value(out, value, 0);
  return out;
}

nlohmann::json parse_json(std::string_view text, const std::string& name, ErrorKind kind) {
  if (text.size() > limits::kJsonBytes) {
    throw Error{kind,
                fmt::format("{}: larger than {} MiB, too large for JSON", display_path(name),
                            limits::kJsonBytes >> 20U),
                {},
                name};
  }
  try {
    StructureCheck check;
    return nlohmann::json::parse(text, std::ref(check));
  } catch (const std::exception& error) {
    throw Error{kind, fmt::format("{}: not JSON: {}", display_path(name), readable(error.what())), {}, name};
  }
}

std::string path_to_json_text(std::string_view path) {
  if (!path.starts_with("%:") && is_valid_utf8(path)) return std::string(path);
  std::string text = "%:";
  for (std::size_t i = 0; i < path.size();) {
    const std::size_t length = utf8_sequence_length(path.substr(i));
    if (length == 0 || path[i] == '%') {
      text += fmt::format("%{:02X}", static_cast<unsigned char>(path[i]));
      ++i;
    } else {
      text += path.substr(i, length);
      i += length;
    }
  }
  return text;
}

std::string path_from_json_text(std::string_view text) {
  if (!text.starts_with("%:")) return std::string(text);
  std::string path;
  for (std::size_t i = 2; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16);
      i += 2;
    } else {
      byte = static_cast<unsigned char>(text[i]);
    }
    path += static_cast<char>(byte);
  }
  // Two texts for one path would be two ids for one record.
  if (path_to_json_text(path) != text) {
    throw Error{ErrorKind::Config, fmt::format("'{}' is not an escaped path", display_path(text))};
  }
  return path;
}

nlohmann::json paths_to_json(const std::vector<std::string>& paths) {
  auto list = nlohmann::json::array();
  for (const std::string& path : paths) list.push_back(path_to_json_text(path));
  return list;
}

std::vector<std::string> paths_from_json(const nlohmann::json& list) {
  std::vector<std::string> paths;
  for (const nlohmann::json& text : list) paths.push_back(path_from_json_text(text.get<std::string>()));
  return paths;
}

}  // namespace dvx
