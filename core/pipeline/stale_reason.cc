#include "core/pipeline/stale_reason.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/path.h"
#include "core/formats/stage_key.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

std::string short_content(const std::string& content) {
  const auto colon = content.find(':');
  return colon == std::string::npos ? content : content.substr(colon + 1, 12);
}

namespace {

using Json = nlohmann::json;

// Values of a key are shown as JSON, but plain text without its quotes.
std::string value_text(const Json* value) {
  if (value == nullptr) return {};
  const bool is_plain = value->is_string() && !value->get_ref<const std::string&>().empty();
  return is_plain ? value->get<std::string>() : canonical_json(*value);
}

struct Texts {
  std::string before, after;
};

// With their quotes when one is text and the other is not, as only they tell `1` from `"1"`.
Texts texts_of(const Json* a, const Json* b) {
  const bool differ_in_kind = a != nullptr && b != nullptr && a->is_string() != b->is_string();
  if (differ_in_kind) return {canonical_json(*a), canonical_json(*b)};
  return {value_text(a), value_text(b)};
}

const Json* member(const Json& object, const std::string& name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::set<std::string> names_of(const Json* a, const Json* b) {
  std::set<std::string> names;
  for (const Json* object : {a, b}) {
    if (object == nullptr || !object->is_object()) continue;
    for (const auto& item : object->items()) names.insert(item.key());
  }
  return names;
}

// As the key has it: to the library 1 equals 1.0, and 0.0 equals -0.0.
bool same(const Json* a, const Json* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return canonical_json(*a) == canonical_json(*b);
}

std::string joined(const Json* commands) {
  std::string text;
  if (commands == nullptr || !commands->is_array()) return text;
  for (const Json& command : *commands) {
    if (!text.empty()) text += '\n';
    text += value_text(&command);
  }
  return text;
}

// One command of two lines reads like two commands.
Texts command_texts(const Json* a, const Json* b) {
  Texts texts{joined(a), joined(b)};
  if (texts.before == texts.after && a != nullptr && b != nullptr)
    return {canonical_json(*a), canonical_json(*b)};
  return texts;
}

class Comparison {
 public:
  Comparison(const Json& old_key, const Json& new_key) : old_(old_key), new_(new_key) {}

  std::vector<StaleReason> run() {
    if (member(old_, "recorded") != nullptr && member(new_, "recorded") == nullptr)
      return {{ReasonKind::Recorded, {}, {}, {}, {}}};
    for (const KeyFieldRow& row : key_field_rows()) compare(row);
    return std::move(reasons_);
  }

 private:
  // A switch without a default, so that the compiler names a field that is not compared.
  void compare(const KeyFieldRow& row) {
    switch (row.field) {
      case KeyField::Commands:
        return compare_field(row.name, ReasonKind::Command, command_texts);
      case KeyField::Wdir:
        return compare_field(row.name, ReasonKind::WorkingDirectory, plain_texts);
      case KeyField::Shell:
        return compare_field(row.name, ReasonKind::Shell, plain_texts);
      case KeyField::Deps:
        return compare_maps(row.name, ReasonKind::Dependency);
      case KeyField::Imports:
        return compare_maps(row.name, ReasonKind::Import);
      case KeyField::Params:
        return compare_params();
      case KeyField::Env:
        return compare_maps(row.name, ReasonKind::Environment);
      case KeyField::Tools:
        return compare_maps(row.name, ReasonKind::Tool);
      case KeyField::Urls:
        return compare_maps(row.name, ReasonKind::Url);
      case KeyField::Stages:
        return compare_maps(row.name, ReasonKind::NeededStage);
      case KeyField::Each:
        return compare_maps(row.name, ReasonKind::Each);
      case KeyField::Outs:
        return compare_maps(row.name, ReasonKind::OutputFlags);
      case KeyField::Sandbox:
        return compare_field(row.name, ReasonKind::Sandbox, [](const Json* a, const Json* b) {
          return Texts{a == nullptr ? "false" : "true", b == nullptr ? "false" : "true"};
        });
      case KeyField::Stops: {
        // When the commands changed, this field changed with them, and there is no more to say.
        const bool says_command = !reasons_.empty() && reasons_.front().kind == ReasonKind::Command;
        if (!says_command) compare_field(row.name, ReasonKind::FailingLine, texts_of);
        return;
      }
      case KeyField::Version:
        return compare_field(row.name, ReasonKind::KeyVersion, texts_of);
      case KeyField::Recorded:
        return;  // run() has looked at it first
    }
  }

  // The root is '', and so is the shell that everybody has.
  static Texts plain_texts(const Json* a, const Json* b) {
    const auto text = [](const Json* value) {
      return value != nullptr && value->is_string() ? value->get<std::string>() : value_text(value);
    };
    return {text(a), text(b)};
  }

  template <typename TextsOf>
  void compare_field(const char* field, ReasonKind kind, TextsOf texts_of_both) {
    const Json* before = member(old_, field);
    const Json* after = member(new_, field);
    if (!same(before, after)) add(kind, {}, texts_of_both(before, after));
  }

  void add(ReasonKind kind, std::string what, Texts texts, std::string file = {}) {
    reasons_.push_back(
        {kind, std::move(what), std::move(file), std::move(texts.before), std::move(texts.after)});
  }

  void compare_maps(const char* field, ReasonKind kind) {
    const Json* before = member(old_, field);
    const Json* after = member(new_, field);
    const bool are_paths =
        kind == ReasonKind::Dependency || kind == ReasonKind::Import || kind == ReasonKind::OutputFlags;
    for (const std::string& name : names_of(before, after)) {
      const Json* a = before == nullptr ? nullptr : member(*before, name);
      const Json* b = after == nullptr ? nullptr : member(*after, name);
      if (!same(a, b)) add(kind, are_paths ? path_from_json_text(name) : name, texts_of(a, b));
    }
  }

  void compare_params() {
    const Json* before = member(old_, "params");
    const Json* after = member(new_, "params");
    for (const std::string& file : names_of(before, after)) {
      const Json* a = before == nullptr ? nullptr : member(*before, file);
      const Json* b = after == nullptr ? nullptr : member(*after, file);
      const auto names = names_of(a, b);
      // A file that is taken as a whole may have nothing in it.
      if (names.empty() && !same(a, b)) add(ReasonKind::Param, {}, texts_of(a, b), path_from_json_text(file));
      for (const std::string& name : names) {
        compare_param(file, name, a == nullptr ? nullptr : member(*a, name),
                      b == nullptr ? nullptr : member(*b, name));
      }
    }
  }

  // A param that is a map, such as all of `train`, is followed down to the values that differ.
  void compare_param(const std::string& file, const std::string& name, const Json* a, const Json* b) {
    if (same(a, b)) return;
    if (a != nullptr && b != nullptr && a->is_object() && b->is_object()) {
      for (const std::string& inner : names_of(a, b)) {
        compare_param(file, name + "." + inner, member(*a, inner), member(*b, inner));
      }
      return;
    }
    add(ReasonKind::Param, name, texts_of(a, b), path_from_json_text(file));
  }

  const Json& old_;
  const Json& new_;
  std::vector<StaleReason> reasons_;
};

// "tree:0123456789ab…" as people see it.
std::string change(const std::string& subject, const std::string& before, const std::string& after) {
  if (before.empty()) return fmt::format("{} is new: {}", subject, after);
  if (after.empty()) return fmt::format("{} is gone, was {}", subject, before);
  return fmt::format("{}: {} → {}", subject, before, after);
}

// "executable 0123456789ab", for the same bytes with another mode.
std::string content_with_kind(const std::string& content) {
  return fmt::format("{} {}", content.substr(0, content.find(':')), short_content(content));
}

std::string describe_content(const char* noun, const StaleReason& reason) {
  const std::string subject = fmt::format("{} {}", noun, display_path(reason.what));
  const std::string before = short_content(reason.old_value), after = short_content(reason.new_value);
  if (before == after)
    return change(subject, content_with_kind(reason.old_value), content_with_kind(reason.new_value));
  return change(subject, before, after);
}

std::string param_subject(const StaleReason& reason) {
  const std::string file = display_path(reason.file);
  return reason.what.empty() ? "params file " + file
                             : fmt::format("param {}:{}", file, display_path(reason.what));
}

std::string describe_import(const std::string& path, const StaleReason& reason) {
  const char* what = reason.old_value.empty() ? "is new" : reason.new_value.empty() ? "is gone" : "changed";
  return fmt::format("import {}: {}", path, what);
}

std::string describe_flags(const StaleReason& reason) {
  if (reason.old_value.empty()) return fmt::format("output {} is new", display_path(reason.what));
  if (reason.new_value.empty()) return fmt::format("output {} is gone", display_path(reason.what));
  return fmt::format("output {}: {} → {}", display_path(reason.what), reason.old_value, reason.new_value);
}

}  // namespace

std::string_view reason_name(ReasonKind kind) {
  switch (kind) {
    case ReasonKind::NeverRun:
      return "never-run";
    case ReasonKind::FailedBefore:
      return "failed-before";
    case ReasonKind::Command:
      return "command";
    case ReasonKind::WorkingDirectory:
      return "wdir";
    case ReasonKind::Shell:
      return "shell";
    case ReasonKind::Dependency:
      return "dependency";
    case ReasonKind::Import:
      return "import";
    case ReasonKind::Param:
      return "param";
    case ReasonKind::Environment:
      return "env";
    case ReasonKind::Tool:
      return "tool";
    case ReasonKind::Url:
      return "url";
    case ReasonKind::NeededStage:
      return "needed-stage";
    case ReasonKind::Each:
      return "each";
    case ReasonKind::OutputFlags:
      return "output-flags";
    case ReasonKind::Sandbox:
      return "sandbox";
    case ReasonKind::Recorded:
      return "recorded";
    case ReasonKind::FailingLine:
      return "failing-line";
    case ReasonKind::KeyVersion:
      return "key-version";
    case ReasonKind::OutputMissing:
      return "output-missing";
    case ReasonKind::OutputModified:
      return "output-modified";
    case ReasonKind::OutputUnrecorded:
      return "output-unrecorded";
    case ReasonKind::MissingInput:
      return "missing-input";
    case ReasonKind::InputError:
      return "input-error";
    case ReasonKind::Upstream:
      return "upstream";
    case ReasonKind::AlwaysChanged:
      return "always-changed";
    case ReasonKind::Forced:
      return "forced";
  }
  return "unknown";
}

std::vector<StaleReason> compare_keys(const Json& old_key, const Json& new_key) {
  return Comparison(old_key, new_key).run();
}

std::string describe(const StaleReason& reason) {
  const std::string what = display_path(reason.what);
  switch (reason.kind) {
    case ReasonKind::NeverRun:
      return "it has never run";
    case ReasonKind::FailedBefore:
      return "its last run failed";
    case ReasonKind::Command:
      return change("command", reason.old_value, reason.new_value);
    case ReasonKind::WorkingDirectory:
      return fmt::format("wdir: '{}' → '{}'", reason.old_value, reason.new_value);
    case ReasonKind::Shell:
      return fmt::format("shell: {} → {}", reason.old_value.empty() ? "sh" : reason.old_value,
                         reason.new_value.empty() ? "sh" : reason.new_value);
    case ReasonKind::Dependency:
      return describe_content("dependency", reason);
    case ReasonKind::Import:
      return describe_import(what, reason);
    case ReasonKind::Param:
      return change(param_subject(reason), reason.old_value, reason.new_value);
    case ReasonKind::Environment:
      return change("env " + what, reason.old_value, reason.new_value);
    case ReasonKind::Tool:
      return change(fmt::format("tool '{}'", what), reason.old_value, reason.new_value);
    case ReasonKind::Url:
      return change(what, reason.old_value, reason.new_value);
    case ReasonKind::NeededStage:
      return change(fmt::format("stage {}", what), short_content(reason.old_value),
                    short_content(reason.new_value));
    case ReasonKind::Each:
      return change(fmt::format("each: {}", what), reason.old_value, reason.new_value);
    case ReasonKind::OutputFlags:
      return describe_flags(reason);
    case ReasonKind::Sandbox:
      return change("sandbox", reason.old_value, reason.new_value);
    case ReasonKind::Recorded:
      return "its outputs were recorded as they were found, and no run made them";
    case ReasonKind::FailingLine:
      return "a line that fails ends its commands now, and was passed over when it last ran";
    case ReasonKind::KeyVersion:
      return fmt::format("keys are made anew by this dvx: version {} → {}", reason.old_value,
                         reason.new_value);
    case ReasonKind::OutputMissing:
      return fmt::format("output {} is missing", what);
    case ReasonKind::OutputModified:
      return describe_content("output", reason) + ", not as recorded";
    case ReasonKind::OutputUnrecorded:
      return fmt::format("output {} is not recorded yet", what);
    case ReasonKind::InputError:
      return reason.what;
    case ReasonKind::MissingInput:
      return fmt::format("dependency {} is missing", what);
    case ReasonKind::Upstream:
      return fmt::format("stage {} before it will run", what);
    case ReasonKind::AlwaysChanged:
      return "it is always run (always_changed)";
    case ReasonKind::Forced:
      return reason.what.empty() ? "it was asked for with --force"
                                 : fmt::format("it comes after stage {} (--force-downstream)", what);
  }
  return {};
}

std::string describe_briefly(const std::vector<StaleReason>& reasons) {
  if (reasons.empty()) return {};
  const std::string first = describe(reasons.front());
  return reasons.size() == 1 ? first : fmt::format("{}, and {} more", first, reasons.size() - 1);
}

Json reason_json(const StaleReason& reason) {
  Json json = {{"kind", reason_name(reason.kind)}, {"what", path_to_json_text(reason.what)}};
  if (!reason.file.empty()) json["file"] = path_to_json_text(reason.file);
  if (!reason.old_value.empty()) json["old"] = reason.old_value;
  if (!reason.new_value.empty()) json["new"] = reason.new_value;
  return json;
}

}  // namespace dvx
