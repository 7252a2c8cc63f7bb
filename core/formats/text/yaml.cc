#include "core/formats/text/yaml.h"
#include "core/formats/text/merge_conflict.h"

#include <libfyaml.h>

#include <fmt/format.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "base/utf8.h"
#include "core/formats/text/canonical_json.h"
#include "core/formats/text/text_shape.h"
#include "core/formats/text/yaml_anchors.h"
#include "core/formats/text/yaml_scalars.h"

namespace dvx {
namespace {

constexpr int kDeepestYaml = limits::kYamlDepth;

// Lines of a text, to turn byte offsets into what an editor shows.
class LineTable {
 public:
  explicit LineTable(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool lone_return = text[i] == '\r' && (i + 1 == text.size() || text[i + 1] != '\n');
      if (text[i] == '\n' || lone_return) starts_.push_back(i + 1);
    }
  }

  // Fast for offsets near the last one, however long a line is: counting begins where it ended, or at the
  // beginning of the line when that is nearer.
  TextPosition at(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    const std::size_t line = static_cast<std::size_t>(after - starts_.begin());
    const std::size_t start = starts_[line - 1];
    TextPosition from{line, 1, start};
    const std::size_t away = last_.offset > offset ? last_.offset - offset : offset - last_.offset;
    if (last_.line == line && away < offset - start) from = last_;
    const std::size_t column = from.offset <= offset ? from.column + code_points(from.offset, offset)
                                                     : from.column - code_points(offset, from.offset);
    last_ = {line, column, offset};
    return last_;
  }

  // The offset is only near: columns are code points.
  TextPosition at_column(std::size_t line, std::size_t column) const {
    const std::size_t start = starts_[std::min(line, starts_.size()) - 1];
    return {line, column, std::min(start + column - 1, text_.size())};
  }

 private:
  std::size_t code_points(std::size_t begin, std::size_t end) const {
    const std::string_view between = text_.substr(begin, end - begin);
    const auto continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; };
    return between.size() -
           static_cast<std::size_t>(std::count_if(between.begin(), between.end(), continuation));
  }

  std::string_view text_;
  std::vector<std::size_t> starts_{0};
  mutable TextPosition last_;
};

[[noreturn]] void fail_at(TextPosition at, const std::string& name, const std::string& message,
                          const std::string& hint = {}) {
  throw Error{ErrorKind::Config, fmt::format("{}:{}:{}: {}", display_path(name), at.line, at.column, message),
              hint, name};
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
  YamlParser(std::string_view text, const std::string& name)
      : text_(text), name_(name), lines_(within_limits(text, name)) {}

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
      refuse_other_version(event);
      seen_document = true;
      root = node(next(), 0);
    }
    if (anchors_.any_used()) mark_used(root);
    return root;
  }

 private:
  // Before anything is made of it, the table of its lines included.
  static std::string_view within_limits(std::string_view text, const std::string& name) {
    check_size(text, name, limits::kYamlBytes, "YAML");
    check_yaml_shape(text, name);
    return text;
  }

  // libfyaml is given clean text only: what it does with broken UTF-8 is not ours to find out.
  void check_bytes() const {
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

  TextPosition token_position(fy_token* token, const Event& event) const {
    const fy_mark* mark = fy_token_start_mark(token);
    return mark != nullptr ? lines_.at(mark->input_pos) : position(event);
  }

  static std::string token_text(fy_token* token) {
    std::size_t length = 0;
    const char* bytes = fy_token_get_text(token, &length);
    return bytes != nullptr ? std::string(bytes, length) : std::string();
  }

  // YAML 1.1 reads 'yes' as true and '010' as 8, so a text that asks for it is not read as something else.
  void refuse_other_version(const Event& document) const {
    fy_document_state* state = document->document_start.document_state;
    if (!fy_document_state_version_explicit(state)) return;
    const fy_version* version = fy_document_state_version(state);
    if (version->major == 1 && version->minor == 2) return;
    const std::size_t at = text_.starts_with("%YAML") ? 0 : text_.find("\n%YAML") + 1;
    fail_at(lines_.at(at), name_,
            fmt::format("it asks for YAML {}.{}, and dvx reads YAML 1.2", version->major, version->minor),
            "remove the '%YAML' line, and write true and false for 'yes' and 'no'");
  }

  void refuse_tag(const Event& event) const {
    if (fy_token* tag = fy_event_get_tag_token(event.get()))
      fail_at(token_position(tag, event), name_, "a tag ('!name') is not accepted", "remove the tag");
  }

  // What the text says elsewhere, standing here.
  YamlNode aliased(const Event& event, int depth) {
    const std::string word = token_text(event->alias.anchor);
    TextPosition begin = position(event);
    // The mark of libfyaml leaves the '*' out.
    if (begin.offset > 0 && text_[begin.offset - 1] == '*') begin = lines_.at(begin.offset - 1);
    using Standing = YamlAnchors::Standing;
    switch (anchors_.use(word)) {
      case Standing::Usable:
        break;
      case Standing::Inside:
        fail_at(begin, name_, fmt::format("the alias '*{0}' stands within '&{0}' itself", word),
                "write the value out here");
      case Standing::Unknown:
        fail_at(begin, name_, fmt::format("no anchor '&{}' before this alias", word),
                fmt::format("write '&{}' before the value it means", word));
      case Standing::TooMuch:
        fail_with_size(begin);
    }
    const YamlAnchors::Value& value = anchors_.value(word);
    if (depth + static_cast<int>(value.height) > kDeepestYaml) fail_with_depth(begin);
    YamlNode result = value.node;
    result.begin_ = begin;
    result.end_ = end_position(event);
    return result;
  }

  [[noreturn]] void fail_with_size(TextPosition at) const {
    fail_at(at, name_, "anchors and aliases make more of this text than one file may hold",
            "write less of it by aliases");
  }

  [[noreturn]] void fail_with_depth(TextPosition at) const {
    fail_at(at, name_, fmt::format("nested more than {} levels deep", kDeepestYaml));
  }

  // The values that aliases name, where they are written.
  void mark_used(YamlNode& node) const {
    if (anchors_.is_used(node)) return node.mark_shared();
    for (YamlNode& item : node.items_) mark_used(item);
    for (auto& [key, value] : node.fields_) {
      mark_used(key);
      mark_used(value);
    }
  }

  YamlNode node(const Event& event, int depth) {
    if (!event) fail_at(lines_.at(text_.size()), name_, "the text ends too early");
    if (depth > kDeepestYaml) fail_with_depth(position(event));
    if (event->type == FYET_ALIAS) return aliased(event, depth);
    refuse_tag(event);
    fy_token* anchor = fy_event_get_anchor_token(event.get());
    const std::string word = anchor != nullptr ? token_text(anchor) : "";
    if (anchor != nullptr) anchors_.open(word);
    YamlNode result = unnamed(event, depth);
    if (anchor != nullptr && !anchors_.define(word, result)) fail_with_size(token_position(anchor, event));
    return result;
  }

  YamlNode unnamed(const Event& event, int depth) {
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
    result.kind_ = result.plain_ ? yaml_plain_kind(result.scalar_) : YamlNode::Kind::String;
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

  bool opens_with(const YamlNode& node, char brace) const {
    return node.begin_.offset < text_.size() && text_[node.begin_.offset] == brace;
  }

  // A collection in block style ends where its last child does (the parser sees the end only at the next
  // token).
  void finish(YamlNode& result, const Event& end, std::optional<TextPosition> last) const {
    const bool flow = opens_with(result, '[') || opens_with(result, '{');
    if (flow) {
      result.end_ = end_position(end);
    } else if (last) {
      result.end_ = *last;
    }
  }

  void fill_list(YamlNode& result, int depth) {
    result.kind_ = YamlNode::Kind::List;
    result.plain_ = false;
    std::optional<TextPosition> last;
    Event event = next();
    for (; event && event->type != FYET_SEQUENCE_END; event = next()) {
      result.items_.push_back(node(event, depth + 1));
      last = result.items_.back().end_;
    }
    finish(result, event, last);
  }

  void fill_map(YamlNode& result, int depth) {
    result.kind_ = YamlNode::Kind::Map;
    result.plain_ = false;
    std::unordered_set<std::string> seen;
    std::optional<TextPosition> first, last;
    std::optional<YamlNode> merged;
    Event event = next();
    for (; event && event->type != FYET_MAPPING_END; event = next()) {
      YamlNode key = node(event, depth + 1);
      check_key(key, seen);
      YamlNode value = node(next(), depth + 1);
      if (value.is_plain() && value.begin_.offset == value.end_.offset) place_missing_value(value, key);
      if (!first) first = key.begin_;
      last = value.end_;
      if (key.is_plain() && key.scalar() == "<<") {
        merged = std::move(value);
      } else {
        result.fields_.emplace_back(std::move(key), std::move(value));
      }
    }
    finish(result, event, last);
    if (!opens_with(result, '{') && first) result.begin_ = *first;
    if (merged) result.fields_ = fields_with(std::move(*merged), std::move(result.fields_));
  }

  using Fields = std::vector<std::pair<YamlNode, YamlNode>>;

  // The merge key type of YAML 1.1: of several maps the first that has a field counts, and the map's own
  // before them. In the order of the readers that people know: what is merged stands before what is not.
  Fields fields_with(YamlNode&& merged, Fields&& own) const {
    std::vector<YamlNode> maps;
    if (merged.kind() == YamlNode::Kind::List) {
      maps = std::move(merged.items_);
      std::ranges::reverse(maps);
    } else {
      maps.push_back(std::move(merged));
    }
    Fields fields;
    std::unordered_map<std::string, std::size_t> places;
    const auto put = [&](std::pair<YamlNode, YamlNode>& field) {
      const auto [known, is_new] = places.emplace(field.first.scalar(), fields.size());
      if (is_new) {
        fields.push_back(std::move(field));
      } else {
        fields[known->second] = std::move(field);
      }
    };
    for (YamlNode& map : maps) {
      if (map.kind() != YamlNode::Kind::Map) {
        fail_at(map.begin_, name_,
                fmt::format("a merge key ('<<') takes a map or a list of maps, not {}", map.kind_name()),
                "<<: *name");
      }
      for (auto& field : map.fields_) put(field);
    }
    for (auto& field : own) put(field);
    return fields;
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
    if (!seen.insert(key.scalar()).second) {
      fail_at(key.begin_, name_, fmt::format("the key '{}' is given twice", key.scalar()),
              "remove one of the two");
    }
  }

  std::string_view text_;
  const std::string& name_;
  LineTable lines_;
  YamlAnchors anchors_;
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

void YamlNode::mark_shared() {
  shared_ = true;
  for (YamlNode& item : items_) item.mark_shared();
  for (auto& [key, value] : fields_) {
    key.mark_shared();
    value.mark_shared();
  }
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
  refuse_merge_conflict(text, name);
  return YamlParser(text, name).parse();
}

void yaml_error(const YamlNode& node, const std::string& name, const std::string& message,
                const std::string& hint) {
  fail_at(node.begin(), name, message, hint);
}

void yaml_refuse_shared(const YamlNode& node, const std::string& name, std::string_view what) {
  if (!node.is_shared()) return;
  yaml_error(
      node, name,
      fmt::format(
          "{} is shared by an anchor ('&') and its aliases ('*'), and dvx edits no more than one place",
          what),
      "edit it by hand, or write the value out where it is used");
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

nlohmann::json yaml_to_json(const YamlNode& node) {
  switch (node.kind()) {
    case YamlNode::Kind::Null:
      return nullptr;
    case YamlNode::Kind::Bool:
      return node.scalar()[0] == 't' || node.scalar()[0] == 'T';
    case YamlNode::Kind::Int:
      return yaml_int_to_json(node.scalar());
    case YamlNode::Kind::Float:
      return yaml_float_to_json(node.scalar());
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
  const bool can_be_shown = display_text(word) == word;
  if (can_be_shown && !is_word_of_yaml_1_1(word) && reads_back_plain(word)) return word;
  // With escapes that YAML and JSON share, so that looking at the file is safe.
  return display_json(canonical_json(word));
}

}  // namespace dvx
