#include "core/formats/pipeline/frozen_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/path.h"
#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {

namespace {

using Kind = YamlNode::Kind;

constexpr const char* kField = "frozen";

struct Field {
  const YamlNode* key = nullptr;
  const YamlNode* value = nullptr;
};

Field field_of(const YamlNode& body) {
  for (const auto& [key, value] : body.fields()) {
    if (key.scalar() == kField) return {&key, &value};
  }
  return {};
}

class FrozenEdit {
 public:
  FrozenEdit(std::string_view text, const YamlNode& body) : text_(text), body_(body) {}

  std::string freeze() const {
    if (const Field field = field_of(body_); field.key != nullptr) return with_value(field, "true");
    const std::size_t at = body_.begin().offset;
    if (is_in_braces()) return replaced(at + 1, at + 1, "frozen: true, ");
    // Above what stands first, as deep as that.
    const TextPosition first = body_.fields().front().first.begin();
    const std::string indent(text_.substr(first.offset - (first.column - 1), first.column - 1));
    return replaced(first.offset, first.offset, std::string("frozen: true") + line_end() + indent);
  }

  std::string thaw() const {
    const Field field = field_of(body_);
    if (field.key == nullptr) return std::string(text_);
    if (is_in_braces()) return without_in_braces(field);
    const auto line = whole_line(field);
    // A comment beside it stays.
    return line ? replaced(line->first, line->second, "") : with_value(field, "false");
  }

 private:
  bool is_in_braces() const { return text_.substr(body_.begin().offset, 1) == "{"; }

  std::string replaced(std::size_t begin, std::size_t end, std::string_view by) const {
    return fmt::format("{}{}{}", text_.substr(0, begin), by, text_.substr(end));
  }

  std::string with_value(const Field& field, std::string_view value) const {
    return replaced(field.value->begin().offset, field.value->end().offset, value);
  }

  const char* line_end() const {
    const std::size_t feed = text_.find('\n');
    return feed != std::string_view::npos && feed > 0 && text_[feed - 1] == '\r' ? "\r\n" : "\n";
  }

  // From the start of the line to that of the next, when there is nothing else on it.
  std::optional<std::pair<std::size_t, std::size_t>> whole_line(const Field& field) const {
    const std::size_t key = field.key->begin().offset, end = field.value->end().offset;
    const std::size_t feed_before = text_.rfind('\n', key);
    const std::size_t begin = feed_before == std::string_view::npos ? 0 : feed_before + 1;
    const std::size_t feed = std::min(text_.find('\n', end), text_.size());
    const auto is_blank = [&](std::size_t from, std::size_t to) {
      return text_.substr(from, to - from).find_first_not_of(" \t\r") == std::string_view::npos;
    };
    if (!is_blank(begin, key) || !is_blank(end, feed)) return std::nullopt;
    return std::pair(begin, std::min(feed + 1, text_.size()));
  }

  // With the comma behind it, or else the one before.
  std::string without_in_braces(const Field& field) const {
    std::size_t begin = field.key->begin().offset, end = field.value->end().offset;
    const std::size_t next = text_.find_first_not_of(" \t\r\n", end);
    if (next != std::string_view::npos && text_[next] == ',') {
      end = std::min(text_.find_first_not_of(" \t", next + 1), text_.size());
    } else if (const std::size_t before = text_.find_last_not_of(" \t\r\n", begin - 1);
               before != std::string_view::npos && text_[before] == ',') {
      begin = before;
    }
    return replaced(begin, end, "");
  }

  std::string_view text_;
  const YamlNode& body_;
};

bool is_called(const Stage& stage, const std::string& address) {
  return stage.group.empty() ? stage.name == address : stage.group == address;
}

bool is_all(const PipelineFile& pipeline, const std::string& address, bool frozen) {
  return std::ranges::all_of(pipeline.stages, [&](const Stage& stage) {
    return !is_called(stage, address) || stage.frozen == frozen;
  });
}

// Nothing else may have changed.
bool is_as_meant(const PipelineFile& before, const PipelineFile& after, const std::string& address,
                 bool frozen) {
  return std::ranges::equal(before.stages, after.stages, [&](const Stage& a, const Stage& b) {
    const bool expected = is_called(a, address) ? frozen : a.frozen;
    return a.name == b.name && b.frozen == expected && a.commands == b.commands && a.wdir == b.wdir &&
           a.deps.size() == b.deps.size() && a.outs.size() == b.outs.size() && a.env == b.env;
  });
}

const YamlNode* body_of(const YamlNode& root, const std::string& name) {
  const YamlNode* stages = root.find("stages");
  const YamlNode* body = stages == nullptr ? nullptr : stages->find(name);
  const YamlNode* inner = body == nullptr ? nullptr : body->find("do");
  return inner == nullptr ? body : inner;
}

[[noreturn]] void fail_to_find(const std::string& file, const std::string& name, bool frozen) {
  throw Error(ErrorKind::Config,
              fmt::format("{}: cannot find the place for 'frozen' of stage '{}'", display_path(file), name),
              fmt::format("write 'frozen: {}' by hand", frozen), file);
}

}  // namespace

std::string set_frozen_in_text(std::string_view text, const std::string& file, const std::string& name,
                               Frozen frozen, const PipelineReading& reading) {
  const bool wanted = frozen == Frozen::Yes;
  const std::string address = stage_address(file, name);
  const PipelineFile before = parse_pipeline(text, file, reading);
  if (is_all(before, address, wanted)) return std::string(text);
  const YamlNode root = parse_yaml(text, file);
  const YamlNode* body = body_of(root, name);
  if (body == nullptr || body->kind() != Kind::Map || body->fields().empty())
    fail_to_find(file, name, wanted);
  yaml_refuse_shared(*body, file, fmt::format("stage '{}'", name));
  const FrozenEdit edit(text, *body);
  std::string result = wanted ? edit.freeze() : edit.thaw();
  // What was written must be what was meant, or the file stays as it is.
  try {
    if (is_as_meant(before, parse_pipeline(result, file, reading), address, wanted)) return result;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Config) throw;
  }
  fail_to_find(file, name, wanted);
}

}  // namespace dvx
