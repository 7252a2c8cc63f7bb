#include "core/metafile/yaml.h"

#include <libfyaml.h>

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "base/utf8.h"
#include "core/metafile/canonical_json.h"

namespace dvx {
namespace {

constexpr std::size_t kMaximumSize = 64U << 20;  // bytes; far beyond anything written by hand
constexpr int kMaximumDepth = 60;                // libfyaml itself stops at 64

// Lines of a text, to turn byte offsets into what an editor shows.
class LineTable {
 public:
  explicit LineTable(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool lone_return = text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n');
      if (text[i] == '\n' || lone_return) starts_.push_back(i + 1);
    }
  }

  // Fast for offsets that grow, however long a line is: counting goes on where it ended.
  TextPosition at(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const std::size_t line = static_cast<std::size_t>(after - starts_.begin());
    TextPosition from{line, 1, starts_[line - 1]};
    if (last_.line == line && last_.offset <= offset) from = last_;
    const std::string_view between = text_.substr(from.offset, offset - from.offset);
    const auto continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    const auto extra = static_cast<std::size_t>(std::count_if(between.begin(), between.end(), continuation));
    last_ = {line, from.column + between.size() - extra, offset};
    return last_;
  }

  // The offset is only near: columns are code points.
  TextPosition at_column(std::size_t line, std::size_t column) const {
    const std::size_t start = starts_[std::min(line, starts_.size()) - 1];
    return {line, column, std::min(start + column - 1, text_.size())};
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_{0};
  mutable TextPosition last_;
};

[[noreturn]] void fail_at(TextPosition at, const std::string& name, const std::string& message,
                          const std::string& hint = {}) {
  throw Error{ErrorKind::Config, fmt::format("{}:{}:{}: {}", display_path(name), at.line, at.column, message),
              hint, name};
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view without_sign(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return text;
}

bool all_of(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

bool is_int(std::string_view text) {
  if (text.starts_with("0o")) return all_of(text.substr(2), "01234567");
  if (text.starts_with("0x")) return all_of(text.substr(2), "0123456789abcdefABCDEF");
  return all_of(without_sign(text), "0123456789");
}

bool is_infinity(std::string_view unsigned_text) {
  return unsigned_text == ".inf" || unsigned_text == ".Inf" || unsigned_text == ".INF";
}

bool is_nan(std::string_view text) {
  return text == ".nan" || text == ".NaN" || text == ".NAN";
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool is_float(std::string_view text) {
  if (is_nan(text)) return true;
  text = without_sign(text);
  if (is_infinity(text)) return true;
  const auto take_digits = [&text] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count;
  };
  const std::size_t whole = take_digits();
  std::size_t fraction = 0;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits();
  }
  if (whole + fraction == 0) return false;
  if (!text.empty() && (text[0] == 'e' || text[0] == 'E')) {
    text = without_sign(text.substr(1));
    if (take_digits() == 0) return false;
  }
  return text.empty();
}

// The core schema of YAML 1.2.2, section 10.3.2.
YamlNode::Kind plain_kind(std::string_view text) {
  using Kind = YamlNode::Kind;
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return Kind::Null;
  if (text == "true" || text == "True" || text == "TRUE") return Kind::Bool;
  if (text == "false" || text == "False" || text == "FALSE") return Kind::Bool;
  if (!is_digit(text[0]) && text[0] != '-' && text[0] != '+' && text[0] != '.') return Kind::String;
  if (is_int(text)) return Kind::Int;
  return is_float(text) ? Kind::Float : Kind::String;
}

void drop_message(struct fy_diag*, void*, const char*, std::size_t) {}

struct DiagDeleter {
  void operator()(fy_diag* diag) const { fy_diag_destroy(diag); }
};
struct ParserDeleter {
  void operator()(fy_parser* parser) const { fy_parser_destroy(parser); }
};
struct EventDeleter {
  fy_parser* parser = nullptr;
  void operator()(fy_event* event) const { fy_parser_event_free(parser, event); }
};
using Event = std::unique_ptr<fy_event, EventDeleter>;

std::unique_ptr<fy_diag, DiagDeleter> make_diag() {
  fy_diag_cfg config{};
  fy_diag_cfg_default(&config);
  config.fp = nullptr;
  config.output_fn = drop_message;
  config.colorize = false;
  std::unique_ptr<fy_diag, DiagDeleter> diag(fy_diag_create(&config));
  if (!diag) throw Error{ErrorKind::Internal, "cannot create a YAML parser"};
  fy_diag_set_collect_errors(diag.get(), true);
  return diag;
}

}  // namespace

// Events of libfyaml to nodes. Everything of libfyaml's is beneath this class.
class YamlParser {
 public:
  YamlParser(std::string_view text, const std::string& name) : text_(text), name_(name), lines_(text) {}

  YamlNode parse() {
    check_bytes();
    YamlNode root;
    root.begin_ = root.end_ = lines_.at(0);
    if (text_.empty()) return root;  // libfyaml does not take nothing
    open();
    bool seen_document = false;
    while (Event event = next()) {
      if (event->type != FYET_DOCUMENT_START) continue;
      if (seen_document) {
        fail_at(position(event), name_, "a second document starts here",
                "keep one document and remove the '---' line");
      }
      seen_document = true;
      root = node(next(), 0);
    }
    return root;
  }

 private:
  // libfyaml is given clean text only: what it does with broken UTF-8 is not ours to find out.
  void check_bytes() const {
    if (text_.size() > kMaximumSize) {
      throw Error{
          ErrorKind::Config,
          fmt::format("{}: larger than {} MiB, too large for YAML", display_path(name_), kMaximumSize >> 20U),
          {},
          name_};
    }
    for (std::size_t i = 0; i < text_.size();) {
      const std::size_t length = utf8_sequence_length(text_.substr(i));
      if (length == 0) fail_at(lines_.at(i), name_, "not UTF-8 text");
      const auto c = static_cast<unsigned char>(text_[i]);
      const bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
      if (control) fail_at(lines_.at(i), name_, fmt::format("control character 0x{:02x}", c));
      i += length;
    }
  }

  void open() {
    diag_ = make_diag();
    fy_parse_cfg config{};
    config.flags = static_cast<fy_parse_cfg_flags>(FYPCF_QUIET | FYPCF_DEFAULT_VERSION_1_2);
    config.diag = diag_.get();
    parser_.reset(fy_parser_create(&config));
    if (!parser_) throw Error{ErrorKind::Internal, "cannot create a YAML parser"};
    if (fy_parser_set_string(parser_.get(), text_.data(), text_.size()) != 0) {
      throw Error{ErrorKind::Internal, "cannot give text to the YAML parser"};
    }
  }

  // Null at the end of the stream.
  Event next() {
    Event event(fy_parser_parse(parser_.get()), EventDeleter{parser_.get()});
    if (!event && fy_parser_get_stream_error(parser_.get())) fail_with_diag();
    return event;
  }

  [[noreturn]] void fail_with_diag() const {
    void* previous = nullptr;
    const fy_diag_error* first = fy_diag_errors_iterate(diag_.get(), &previous);
    if (first == nullptr) fail_at(lines_.at(text_.size()), name_, "not YAML");
    const auto line = static_cast<std::size_t>(std::max(first->line, 1));
    const TextPosition at = lines_.at_column(line, static_cast<std::size_t>(std::max(first->column, 1)));
    std::string message = first->msg != nullptr ? first->msg : "not YAML";
    while (!message.empty() && (message.back() == '\n' || message.back() == '.')) message.pop_back();
    fail_at(at, name_, message, hint_near(at.offset));
  }

  // Broken indentation is reported at the line before it, so both are looked at.
  std::string hint_near(std::size_t offset) const {
    std::size_t start = text_.rfind('\n', offset == 0 ? 0 : offset - 1);
    start = start == std::string_view::npos ? 0 : start + 1;
    for (int line = 0; line < 2 && start < text_.size(); ++line) {
      const std::size_t word = text_.find_first_not_of(" \t", start);
      if (text_.substr(start, word - start).find('\t') != std::string_view::npos)
        return "indent with spaces, not tabs";
      const std::size_t end = text_.find('\n', start);
      if (end == std::string_view::npos) break;
      start = end + 1;
    }
    return "check the indentation and quotes here and on the next line";
  }

  TextPosition position(const Event& event) const {
    const fy_mark* mark = event ? fy_event_start_mark(event.get()) : nullptr;
    return lines_.at(mark != nullptr ? mark->input_pos : text_.size());
  }

  TextPosition end_position(const Event& event) const {
    const fy_mark* mark = event ? fy_event_end_mark(event.get()) : nullptr;
    return lines_.at(mark != nullptr ? mark->input_pos : text_.size());
  }

  void refuse_cleverness(const Event& event) const {
    if (event->type == FYET_ALIAS) {
      fail_at(position(event), name_, "an alias ('*name') is not accepted",
              "write the value out where it is used");
    }
    if (fy_token* anchor = fy_event_get_anchor_token(event.get())) {
      const fy_mark* mark = fy_token_start_mark(anchor);
      fail_at(mark != nullptr ? lines_.at(mark->input_pos) : position(event), name_,
              "an anchor ('&name') is not accepted", "write the value out where it is used");
    }
    if (fy_token* tag = fy_event_get_tag_token(event.get())) {
      const fy_mark* mark = fy_token_start_mark(tag);
      fail_at(mark != nullptr ? lines_.at(mark->input_pos) : position(event), name_,
              "a tag ('!name') is not accepted", "remove the tag");
    }
  }

  YamlNode node(const Event& event, int depth) {
    if (!event) fail_at(lines_.at(text_.size()), name_, "the text ends too early");
    if (depth > kMaximumDepth) {
      fail_at(position(event), name_, fmt::format("nested more than {} levels deep", kMaximumDepth));
    }
    refuse_cleverness(event);
    YamlNode result;
    result.begin_ = position(event);
    result.end_ = end_position(event);
    if (event->type == FYET_SCALAR) {
      fill_scalar(result, event);
    } else if (event->type == FYET_SEQUENCE_START) {
      fill_list(result, depth);
    } else if (event->type == FYET_MAPPING_START) {
      fill_map(result, depth);
    } else {
      fail_at(result.begin_, name_, "a value was expected here");
    }
    // An empty key is found only behind its colon; nothing may end before it begins.
    if (result.end_.offset < result.begin_.offset) result.end_ = result.begin_;
    return result;
  }

  void fill_scalar(YamlNode& result, const Event& event) const {
    fy_token* token = fy_event_get_token(event.get());
    std::size_t length = 0;
    const char* bytes = token != nullptr ? fy_token_get_text(token, &length) : nullptr;
    if (bytes != nullptr) result.scalar_.assign(bytes, length);
    // A value that is not there at all ("key:") has an empty plain token.
    result.plain_ = token == nullptr || fy_token_scalar_style(token) == FYSS_PLAIN;
    result.kind_ = result.plain_ ? plain_kind(result.scalar_) : YamlNode::Kind::String;
    if (result.plain_ || token == nullptr) return;
    const std::size_t begin = result.begin_.offset;
    const std::size_t end = result.end_.offset;
    const char opening = begin > 0 ? text_[begin - 1] : '\0';
    if (is_quoted(token)) {
      // The marks of libfyaml leave the quotes out.
      if (opening == '"' || opening == '\'') result.begin_ = lines_.at(begin - 1);
      if (end < text_.size() && text_[end] == opening) result.end_ = lines_.at(end + 1);
    } else {
      check_block_text(result);
      // A block scalar's mark stands at the next token; its text ends before the blank space.
      const std::size_t last = text_.substr(0, end).find_last_not_of(" \t\r\n");
      result.end_ = lines_.at(std::max(begin, last == std::string_view::npos ? begin : last + 1));
    }
    // Escapes in double quotes can make what the text itself may not hold.
    if (result.scalar_.find('\0') != std::string::npos) fail_at(result.begin_, name_, "a NUL character");
    if (!is_valid_utf8(result.scalar_)) fail_at(result.begin_, name_, "text that is not UTF-8");
  }

  // Where the lines of a block scalar are oddly indented, libfyaml 0.7 takes its text for longer than it is
  // and hands out memory behind it. Only white space may differ between what is written and what is read.
  void check_block_text(const YamlNode& scalar) const {
    const auto is_white = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
    std::string_view source = text_.substr(scalar.begin_.offset);
    for (const char c : scalar.scalar_) {
      if (is_white(c)) continue;
      while (!source.empty() && is_white(source.front())) source.remove_prefix(1);
      if (source.empty() || source.front() != c) {
        fail_at(scalar.begin_, name_, "the lines of this block are indented in different ways",
                "write the text in double quotes");
      }
      source.remove_prefix(1);
    }
  }

  static bool is_quoted(fy_token* token) {
    const fy_scalar_style style = fy_token_scalar_style(token);
    return style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
  }

  // A collection in block style ends where its last child does (the parser sees the end only at the next
  // token).
  void finish(YamlNode& result, const Event& end, const YamlNode* last) const {
    const std::size_t offset = result.begin_.offset;
    const bool flow = offset < text_.size() && (text_[offset] == '[' || text_[offset] == '{');
    if (flow) {
      result.end_ = end_position(end);
    } else if (last != nullptr) {
      result.end_ = last->end_;
    }
  }

  void fill_list(YamlNode& result, int depth) {
    result.kind_ = YamlNode::Kind::List;
    result.plain_ = false;
    Event event = next();
    for (; event && event->type != FYET_SEQUENCE_END; event = next()) {
      result.items_.push_back(node(event, depth + 1));
    }
    finish(result, event, result.items_.empty() ? nullptr : &result.items_.back());
  }

  void fill_map(YamlNode& result, int depth) {
    result.kind_ = YamlNode::Kind::Map;
    result.plain_ = false;
    std::unordered_set<std::string> seen;
    Event event = next();
    for (; event && event->type != FYET_MAPPING_END; event = next()) {
      YamlNode key = node(event, depth + 1);
      check_key(key, seen);
      YamlNode value = node(next(), depth + 1);
      if (value.is_plain() && value.begin_.offset == value.end_.offset) place_missing_value(value, key);
      result.fields_.emplace_back(std::move(key), std::move(value));
    }
    finish(result, event, result.fields_.empty() ? nullptr : &result.fields_.back().second);
    const bool flow = result.begin_.offset < text_.size() && text_[result.begin_.offset] == '{';
    if (!flow && !result.fields_.empty()) result.begin_ = result.fields_.front().first.begin_;
  }

  // "key:" with nothing behind it: the parser notices at the next token, the person looks for it behind the
  // colon.
  void place_missing_value(YamlNode& value, const YamlNode& key) const {
    const std::size_t colon = text_.find(':', key.end_.offset);
    const std::size_t place = colon == std::string_view::npos ? key.end_.offset : colon + 1;
    if (place <= value.begin_.offset) value.begin_ = value.end_ = lines_.at(place);
  }

  void check_key(const YamlNode& key, std::unordered_set<std::string>& seen) const {
    using Kind = YamlNode::Kind;
    if (key.kind() == Kind::List || key.kind() == Kind::Map) {
      fail_at(key.begin_, name_, fmt::format("{} cannot be a key", key.kind_name()));
    }
    if (key.is_plain() && key.scalar() == "<<") {
      fail_at(key.begin_, name_, "a merge key ('<<') is not accepted",
              "write the fields out where they are used");
    }
    if (!seen.insert(key.scalar()).second) {
      fail_at(key.begin_, name_, fmt::format("the key '{}' is given twice", key.scalar()),
              "remove one of the two");
    }
  }

  std::string_view text_;
  const std::string& name_;
  LineTable lines_;
  std::unique_ptr<fy_diag, DiagDeleter> diag_;  // outlives the parser, which reports into it
  std::unique_ptr<fy_parser, ParserDeleter> parser_;
};

std::string_view YamlNode::kind_name() const {
  switch (kind_) {
    case Kind::Null:
      return "nothing";
    case Kind::Bool:
      return "a boolean";
    case Kind::Int:
    case Kind::Float:
      return "a number";
    case Kind::String:
      return "a string";
    case Kind::List:
      return "a list";
    case Kind::Map:
      return "a map";
  }
  return "a value";
}

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& [name, value] : fields_) {
    if (name.scalar() == key) return &value;
  }
  return nullptr;
}

YamlNode* YamlNode::find(std::string_view key) {
  return const_cast<YamlNode*>(std::as_const(*this).find(key));
}

YamlNode YamlNode::make_scalar(Kind kind, std::string text) {
  YamlNode node;
  node.kind_ = kind;
  node.plain_ = kind != Kind::String;
  node.scalar_ = std::move(text);
  return node;
}

YamlNode YamlNode::make_list(std::vector<YamlNode> items) {
  YamlNode node;
  node.kind_ = Kind::List;
  node.plain_ = false;
  node.items_ = std::move(items);
  return node;
}

YamlNode YamlNode::make_map(std::vector<std::pair<YamlNode, YamlNode>> fields) {
  YamlNode node;
  node.kind_ = Kind::Map;
  node.plain_ = false;
  node.fields_ = std::move(fields);
  return node;
}

YamlNode&& YamlNode::standing_at(const YamlNode& other) && {
  begin_ = other.begin_;
  end_ = other.end_;
  return std::move(*this);
}

YamlNode YamlNode::placed_at(const YamlNode& other) const {
  YamlNode node = *this;
  const auto place = [&other](YamlNode& inner, const auto& self) -> void {
    inner.begin_ = other.begin_;
    inner.end_ = other.end_;
    for (YamlNode& item : inner.items_) self(item, self);
    for (auto& [key, value] : inner.fields_) {
      self(key, self);
      self(value, self);
    }
  };
  place(node, place);
  return node;
}

YamlNode parse_yaml(std::string_view text, const std::string& name) {
  return YamlParser(text, name).parse();
}

void yaml_error(const YamlNode& node, const std::string& name, const std::string& message,
                const std::string& hint) {
  fail_at(node.begin(), name, message, hint);
}

const std::string& yaml_string(const YamlNode& node, const std::string& name, std::string_view what) {
  using Kind = YamlNode::Kind;
  if (node.kind() == Kind::String) return node.scalar();
  const bool looks_like_text =
      node.kind() == Kind::Bool || node.kind() == Kind::Int || node.kind() == Kind::Float;
  yaml_error(node, name, fmt::format("'{}' must be a string, not {}", what, node.kind_name()),
             looks_like_text ? fmt::format("put it in quotes: \"{}\"", node.scalar()) : "");
}

bool yaml_bool(const YamlNode& node, const std::string& name, std::string_view what) {
  if (node.kind() != YamlNode::Kind::Bool) {
    yaml_error(node, name, fmt::format("'{}' must be true or false, not {}", what, node.kind_name()));
  }
  return node.scalar()[0] == 't' || node.scalar()[0] == 'T';
}

void yaml_known_fields(const YamlNode& map, const std::string& name,
                       const std::vector<std::string_view>& known) {
  for (const auto& [key, value] : map.fields()) {
    if (std::find(known.begin(), known.end(), key.scalar()) != known.end()) continue;
    const auto near = nearest_word(key.scalar(), known);
    yaml_error(key, name, fmt::format("unknown field '{}'", key.scalar()),
               near ? fmt::format("did you mean '{}'?", *near) : "");
  }
}

namespace {

nlohmann::json int_to_json(const std::string& text) {
  const bool prefixed = text.starts_with("0o") || text.starts_with("0x");
  const int base = !prefixed ? 10 : text[1] == 'o' ? 8 : 16;
  const std::string_view digits = std::string_view(text).substr(prefixed ? 2 : text[0] == '+' ? 1 : 0);
  const char* end = digits.data() + digits.size();
  std::int64_t number = 0;
  if (std::from_chars(digits.data(), end, number, base).ec == std::errc()) return number;
  std::uint64_t large = 0;
  if (digits[0] != '-' && std::from_chars(digits.data(), end, large, base).ec == std::errc()) return large;
  return text;  // Beyond 64 bits: a float would make different numbers equal.
}

nlohmann::json float_to_json(const std::string& text) {
  const std::string_view digits = std::string_view(text).substr(text[0] == '+' ? 1 : 0);
  // JSON has no words for these, so they travel as strings of one spelling.
  if (is_nan(text)) return ".nan";
  if (is_infinity(without_sign(text))) return text[0] == '-' ? "-.inf" : ".inf";
  double number = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (result.ec != std::errc()) return text;  // Out of range: the text is the value.
  return number;
}

}  // namespace

nlohmann::json yaml_to_json(const YamlNode& node) {
  switch (node.kind()) {
    case YamlNode::Kind::Null:
      return nullptr;
    case YamlNode::Kind::Bool:
      return node.scalar()[0] == 't' || node.scalar()[0] == 'T';
    case YamlNode::Kind::Int:
      return int_to_json(node.scalar());
    case YamlNode::Kind::Float:
      return float_to_json(node.scalar());
    case YamlNode::Kind::String:
      return node.scalar();
    case YamlNode::Kind::List: {
      nlohmann::json list = nlohmann::json::array();
      for (const YamlNode& item : node.items()) list.push_back(yaml_to_json(item));
      return list;
    }
    case YamlNode::Kind::Map: {
      nlohmann::json map = nlohmann::json::object();
      for (const auto& [key, value] : node.fields()) map[key.scalar()] = yaml_to_json(value);
      return map;
    }
  }
  return nullptr;
}

namespace {

bool reads_back_plain(const std::string& text) {
  if (text.empty() || text.find_first_of("\r\n\t") != std::string::npos) return false;
  const auto is_same = [&text](const YamlNode& node) {
    return node.kind() == YamlNode::Kind::String && node.is_plain() && node.scalar() == text;
  };
  try {
    // In a list, as a key, and in a list in braces, where commas and brackets matter.
    const YamlNode list = parse_yaml("- " + text + "\n", "");
    const YamlNode map = parse_yaml(text + ": x\n", "");
    const YamlNode flow = parse_yaml("[" + text + "]\n", "");
    return list.items().size() == 1 && is_same(list.items()[0]) && map.fields().size() == 1 &&
           is_same(map.fields()[0].first) && flow.items().size() == 1 && is_same(flow.items()[0]);
  } catch (const Error&) {
    return false;
  }
}

// Strings to the many readers that still follow YAML 1.1.
bool is_word_of_yaml_1_1(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text == "yes" || text == "no" || text == "on" || text == "off" || text == "y" || text == "n";
}

}  // namespace

std::string yaml_scalar(std::string_view text) {
  const std::string word(text);
  if (!is_word_of_yaml_1_1(word) && reads_back_plain(word)) return word;
  return canonical_json(word);
}

}  // namespace dvx
