#include "core/formats/pipeline/stage_lists_edit.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/path.h"
#include "base/utf8.h"
#include "core/formats/pipeline/template_text.h"
#include "core/formats/text/text_splice.h"

namespace dvx {
namespace {

using Kind = YamlNode::Kind;

constexpr std::size_t kUsualIndent = 2;

bool is_flow(std::string_view text, const YamlNode& node) {
  const std::size_t at = node.begin().offset;
  return at < text.size() && (text[at] == '[' || text[at] == '{');
}

std::size_t line_start(std::string_view text, std::size_t offset) {
  const std::size_t feed = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
  return feed == std::string_view::npos ? 0 : feed + 1;
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// One list of one stage. Works on its own copy of the text, which is parsed anew for each change.
class ListEdit {
 public:
  ListEdit(std::string text, const std::string& file, const Stage& stage, std::string field)
      : text_(std::move(text)), file_(file), stage_(stage), field_(std::move(field)), root_(parse()) {}

  std::string add(const std::vector<std::string>& paths) {
    if (paths.empty()) return std::move(text_);
    std::vector<std::string> words;
    for (const std::string& path : paths) words.push_back(word_of(path));
    const YamlNode* list = body().find(field_);
    if (list != nullptr) yaml_refuse_shared(*list, file_, fmt::format("'{}' of the stage", field_));
    if (list == nullptr) {
      add_field(words);
    } else if (list->kind() == Kind::Null) {
      fill_empty_field(words);
    } else if (list->kind() != Kind::List) {
      refuse();
    } else if (is_flow(text_, *list)) {
      add_to_flow(*list, words);
    } else {
      add_to_block(*list, words);
    }
    return std::move(text_);
  }

  std::string remove(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
      remove_one(path);
      root_ = parse();
    }
    return std::move(text_);
  }

 private:
  [[noreturn]] void refuse() const {
    throw Error{
        ErrorKind::Blocked,
        fmt::format("{}: '{}' of stage '{}' is not a plain list", display_path(file_), field_, stage_.name),
        {},
        file_};
  }

  YamlNode parse() const { return parse_yaml(text_, file_); }

  const YamlNode& key_and_body(const YamlNode** key) const {
    const YamlNode* stages = root_.find("stages");
    if (stages != nullptr && stages->kind() == Kind::Map) {
      for (const auto& [name, node] : stages->fields()) {
        if (name.scalar() != local_stage_name(stage_) || node.kind() != Kind::Map) continue;
        yaml_refuse_shared(node, file_, fmt::format("stage '{}'", stage_.name));
        *key = &name;
        return node;
      }
    }
    refuse();
  }

  const YamlNode& body() const {
    const YamlNode* key = nullptr;
    return key_and_body(&key);
  }

  std::string word_of(const std::string& path) const {
    const std::string local = path_from(path, stage_.wdir);
    if (!is_valid_utf8(local) || is_template(local)) refuse();
    return yaml_scalar(local);
  }

  void put(std::size_t at, const std::string& addition) {
    text_.insert(at, with_line_ends_of(text_, addition));
  }

  // Whole lines at the start of a line, or behind a last line that is not ended.
  void put_lines(std::size_t at, std::string lines) {
    if (at > 0 && text_[at - 1] != '\n') lines = "\n" + lines.substr(0, lines.size() - 1);
    put(at, lines);
  }

  static std::string items(std::size_t indent, const std::vector<std::string>& words) {
    std::string lines;
    for (const std::string& word : words) lines += std::string(indent, ' ') + "- " + word + "\n";
    return lines;
  }

  void add_to_flow(const YamlNode& list, const std::vector<std::string>& words) {
    if (list.items().empty()) return put(list.begin().offset + 1, joined(words));
    put(list.items().back().end().offset, ", " + joined(words));
  }

  void add_to_block(const YamlNode& list, const std::vector<std::string>& words) {
    put_lines(next_line(text_, list.end().offset), items(dash_column(list.items().front()), words));
  }

  // Of an item of a block: where its '-' stands.
  std::size_t dash_column(const YamlNode& item) const {
    const std::size_t start = line_start(text_, item.begin().offset);
    const std::size_t dash = text_.find_first_not_of(' ', start);
    if (dash == std::string::npos || text_[dash] != '-' || dash >= item.begin().offset) refuse();
    return dash - start;
  }

  void fill_empty_field(const std::vector<std::string>& words) {
    const auto& fields = body().fields();
    const auto field =
        std::ranges::find(fields, field_, [](const auto& pair) { return pair.first.scalar(); });
    const std::size_t end = field->second.end().offset;
    if (is_flow(text_, body())) return put(end, fmt::format(" [{}]", joined(words)));
    put_lines(next_line(text_, end), items(field->first.begin().column - 1 + kUsualIndent, words));
  }

  // Inputs behind the command, outputs behind the inputs.
  void add_field(const std::vector<std::string>& words) {
    const YamlNode* key = nullptr;
    const auto& fields = key_and_body(&key).fields();
    if (is_flow(text_, body()))
      return put(fields.back().second.end().offset, fmt::format(", {}: [{}]", field_, joined(words)));
    auto before = fields.begin();
    for (auto at = fields.begin(); at != fields.end(); ++at) {
      const std::string& name = at->first.scalar();
      const bool is_input = name == "deps" || name == "params";
      if (name == "cmd" || (is_input && field_ == "outs")) before = at;
    }
    const std::size_t indent = before->first.begin().column - 1;
    const std::size_t outer = key->begin().column - 1;
    const std::size_t step = indent > outer ? indent - outer : kUsualIndent;
    const std::string start = std::string(indent, ' ') + field_ + ":";
    const bool as_flow = std::ranges::any_of(fields, [&](const auto& pair) {
      return pair.second.kind() == Kind::List && is_flow(text_, pair.second);
    });
    put_lines(end_of_block(text_, before->second.end().offset, indent),
              as_flow ? fmt::format("{} [{}]\n", start, joined(words))
                      : start + "\n" + items(indent + step, words));
  }

  // The path that an item names, or nullopt when variables or another stage make it.
  std::optional<std::string> path_of(const YamlNode& item) const {
    const YamlNode* name = &item;
    if (item.kind() == Kind::Map) {
      if (item.fields().size() != 1 || item.fields().front().first.scalar() == "stage") return std::nullopt;
      name = &item.fields().front().first;
    }
    if (name->kind() != Kind::String || is_template(name->scalar())) return std::nullopt;
    return normalize_path(join_path(stage_.wdir, name->scalar()));
  }

  void remove_one(const std::string& path) {
    const YamlNode* list = body().find(field_);
    if (list == nullptr || list->kind() != Kind::List) refuse();
    const auto& entries = list->items();
    const auto item =
        std::ranges::find_if(entries, [&](const YamlNode& entry) { return path_of(entry) == path; });
    if (item == entries.end()) refuse();
    if (is_flow(text_, *list)) {
      remove_from_flow(entries, static_cast<std::size_t>(item - entries.begin()));
    } else if (entries.size() == 1) {
      remove_field();
    } else {
      dash_column(*item);  // alone on its line
      const std::size_t start = line_start(text_, item->begin().offset);
      text_.erase(start, next_line(text_, item->end().offset) - start);
    }
  }

  void remove_from_flow(const std::vector<YamlNode>& entries, std::size_t i) {
    std::size_t begin = entries[i].begin().offset, end = entries[i].end().offset;
    if (i + 1 < entries.size()) {
      end = entries[i + 1].begin().offset;
    } else if (i > 0) {
      begin = entries[i - 1].end().offset;
    }
    text_.erase(begin, end - begin);
  }

  void remove_field() {
    const auto& fields = body().fields();
    const auto field =
        std::ranges::find(fields, field_, [](const auto& pair) { return pair.first.scalar(); });
    const std::size_t start = line_start(text_, field->first.begin().offset);
    text_.erase(start, next_line(text_, field->second.end().offset) - start);
  }

  std::string text_;
  const std::string& file_;
  const Stage& stage_;
  std::string field_;
  YamlNode root_;
};

std::vector<std::string> sorted(std::vector<std::string> paths) {
  std::ranges::sort(paths);
  return paths;
}

std::vector<std::string> deps_of(const Stage& stage) {
  std::vector<std::string> paths;
  for (const StageDependency& dep : stage.deps) paths.push_back(dep.path);
  return sorted(std::move(paths));
}

std::vector<std::string> outs_of(const Stage& stage) {
  std::vector<std::string> paths;
  for (const StageOutput& out : stage.outs) paths.push_back(out.path);
  return sorted(std::move(paths));
}

// All of the stages as before, but for this one's lists.
bool is_as_meant(const PipelineFile& before, const PipelineFile& after, const Stage& stage,
                 const StageListsChange& change) {
  if (after.stages.size() != before.stages.size()) return false;
  for (std::size_t i = 0; i < before.stages.size(); ++i) {
    const Stage& old = before.stages[i];
    const Stage& now = after.stages[i];
    std::vector<std::string> deps = deps_of(old), outs = outs_of(old);
    if (old.name == stage.name) {
      std::erase_if(deps, [&](const std::string& path) {
        return std::ranges::find(change.remove_deps, path) != change.remove_deps.end();
      });
      deps.insert(deps.end(), change.add_deps.begin(), change.add_deps.end());
      outs.insert(outs.end(), change.add_outs.begin(), change.add_outs.end());
    }
    if (now.name != old.name || now.commands != old.commands || now.wdir != old.wdir || now.env != old.env ||
        now.tools != old.tools || deps_of(now) != sorted(deps) || outs_of(now) != sorted(outs))
      return false;
  }
  return true;
}

[[noreturn]] void by_hand(const Stage& stage, const StageListsChange& change, const std::string& why) {
  throw Error{ErrorKind::Blocked, fmt::format("stage '{}' cannot be changed here: {}", stage.name, why),
              fmt::format("by hand in {}: {}", display_path(stage.file), describe(change, stage)),
              stage.file};
}

}  // namespace

std::string describe(const StageListsChange& change, const Stage& stage) {
  std::vector<std::string> parts;
  const auto say = [&](const char* what, const std::vector<std::string>& paths) {
    std::vector<std::string> local;
    for (const std::string& path : paths) local.push_back(display_path(path_from(path, stage.wdir)));
    if (!local.empty()) parts.push_back(fmt::format("{} {}", what, joined(local)));
  };
  say("add to 'deps'", change.add_deps);
  say("take out of 'deps'", change.remove_deps);
  say("add to 'outs'", change.add_outs);
  return fmt::format("{}", fmt::join(parts, "; "));
}

std::string change_stage_lists(std::string_view text, const std::string& file, const Stage& stage,
                               const StageListsChange& change, const PipelineReading& reading) {
  if (!stage.group.empty()) by_hand(stage, change, fmt::format("it is generated from '{}'", stage.group));
  const PipelineFile before = parse_pipeline(text, file, reading);
  std::string result(text);
  try {
    result = ListEdit(std::move(result), file, stage, "deps").remove(change.remove_deps);
    result = ListEdit(std::move(result), file, stage, "deps").add(change.add_deps);
    result = ListEdit(std::move(result), file, stage, "outs").add(change.add_outs);
    if (!is_as_meant(before, parse_pipeline(result, file, reading), stage, change))
      by_hand(stage, change, "the place for it was not found");
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::Blocked && !error.hint().empty()) throw;
    by_hand(stage, change, error.message());
  }
  return result;
}

}  // namespace dvx
