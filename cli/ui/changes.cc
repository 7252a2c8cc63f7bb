#include "cli/ui/changes.h"

#include <fmt/format.h>

#include "base/path.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

std::string_view kind_name(EntryKind kind) {
  switch (kind) {
    case EntryKind::File:
      return "file";
    case EntryKind::Executable:
      return "executable";
    case EntryKind::Symlink:
      return "symlink";
    case EntryKind::Directory:
      return "directory";
  }
  return "";
}

namespace {

Shown colored(const Text& text, ChangeKind kind) {
  const Shown word = show("{:<8}", change_name(kind));
  switch (kind) {
    case ChangeKind::Added:
      return text.green(word);
    case ChangeKind::Removed:
      return text.red(word);
    case ChangeKind::Modified:
      return text.yellow(word);
  }
  return word;
}

std::string extent(const DataRef& data) {
  if (data.kind == DataKind::File) return human_size(data.size);
  return human_count(data.files, "file") + ", " + human_size(data.size);
}

EntryKind kind_of(const DataRef& data) {
  if (data.kind == DataKind::Tree) return EntryKind::Directory;
  return data.executable ? EntryKind::Executable : EntryKind::File;
}

EntryKind kind_of(const FileState& state) {
  return state.kind;
}

template <typename Side, typename Describe>
std::string transition(const std::optional<Side>& before, const std::optional<Side>& after,
                       Describe describe) {
  if (!before) return describe(*after);
  if (!after) return describe(*before);
  const std::string old_text = describe(*before), new_text = describe(*after);
  return old_text == new_text ? new_text : old_text + " -> " + new_text;
}

// Returns ", now executable" or the like when the kind of an existing file changed. It is shown beside the
// size.
template <typename Side>
std::string kind_change(const std::optional<Side>& before, const std::optional<Side>& after) {
  if (!before || !after) return {};
  const EntryKind was = kind_of(*before), is = kind_of(*after);
  if (was == is) return {};
  if (was == EntryKind::File && is == EntryKind::Executable) return ", now executable";
  if (was == EntryKind::Executable && is == EntryKind::File) return ", no longer executable";
  return fmt::format(", now a {}", is == EntryKind::Executable ? "executable file" : kind_name(is));
}

bool is_tree(const DataChange& change) {
  const std::optional<DataRef>& side = change.after ? change.after : change.before;
  return side->kind == DataKind::Tree;
}

Shown file_line(const DataChange& change, const FileChange& file, const Text& text) {
  const std::string inside = path_beneath(file.path, change.path).value_or(file.path);
  const auto& side = file.after ? file.after : file.before;
  const bool directory = side->kind == EntryKind::Directory;
  const std::string sizes =
      transition(file.before, file.after, [](const FileState& state) { return human_size(state.size); });
  return show("    {} {}{} ({})\n", colored(text, file.kind()), display_path(inside), directory ? "/" : "",
              directory ? "empty directory" : sizes + kind_change(file.before, file.after));
}

nlohmann::json json_of(const DataRef& data) {
  nlohmann::json json = {{"kind", data.kind == DataKind::Tree ? "tree" : "file"},
                         {"id", data.id.to_hex()},
                         {"size", data.size},
                         {"files", data.files}};
  if (data.kind == DataKind::File) json["executable"] = data.executable;
  return json;
}

nlohmann::json json_of(const FileState& state) {
  return {{"kind", kind_name(state.kind)}, {"id", state.id.to_hex()}, {"size", state.size}};
}

template <typename Side>
nlohmann::json json_of(const std::optional<Side>& side) {
  return side ? json_of(*side) : nlohmann::json(nullptr);
}

std::string value_text(const std::optional<nlohmann::json>& value) {
  return value ? value->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) : "(none)";
}

}  // namespace

Shown changes_text(const Repository& repository, const std::vector<DataChange>& changes, FileList files,
                   const Text& text) {
  Shown out;
  for (const DataChange& change : changes) {
    out += show("  {} {}{} ({})\n", colored(text, change.kind()),
                display_path(repository.to_user(change.path)), is_tree(change) ? "/" : "",
                transition(change.before, change.after, extent) + kind_change(change.before, change.after));
    if (files == FileList::Hidden || !is_tree(change)) continue;
    if (change.files_unknown) out += "    (its former contents are not in the store)\n";
    for (const FileChange& file : change.files) out += file_line(change, file, text);
  }
  return out;
}

Shown changes_text(const Repository& repository, const std::vector<ValueChange>& changes, const Text& text) {
  Shown out;
  for (const ValueChange& change : changes) {
    out += show("  {}  {}: {} -> {}\n", display_path(repository.to_user(change.file)), change.key,
                text.red(value_text(change.before)), text.green(value_text(change.after)));
  }
  return out;
}

nlohmann::json changes_json(const std::vector<DataChange>& changes, FileList files) {
  nlohmann::json out = nlohmann::json::array();
  for (const DataChange& change : changes) {
    nlohmann::json entry = {{"path", change.path},
                            {"change", change_name(change.kind())},
                            {"stage", change.stage},
                            {"before", json_of(change.before)},
                            {"after", json_of(change.after)}};
    if (files == FileList::Shown) {
      entry["files_known"] = !change.files_unknown;
      entry["files"] = nlohmann::json::array();
      for (const FileChange& file : change.files) {
        entry["files"].push_back({{"path", file.path},
                                  {"change", change_name(file.kind())},
                                  {"before", json_of(file.before)},
                                  {"after", json_of(file.after)}});
      }
    }
    out.push_back(std::move(entry));
  }
  return out;
}

nlohmann::json changes_json(const std::vector<ValueChange>& changes) {
  nlohmann::json out = nlohmann::json::array();
  for (const ValueChange& change : changes) {
    out.push_back({{"file", change.file},
                   {"key", change.key},
                   {"before", change.before.value_or(nullptr)},
                   {"after", change.after.value_or(nullptr)}});
  }
  return out;
}

std::string describe_unreadable(const UnreadableValues& values) {
  return fmt::format("values of {} cannot be compared: {}", display_path(values.file), values.message);
}

nlohmann::json unreadable_json(const std::vector<UnreadableValues>& unreadable) {
  auto out = nlohmann::json::array();
  for (const UnreadableValues& values : unreadable) {
    out.push_back(
        {{"file", path_to_json_text(values.file)}, {"message", values.message}, {"changed", values.changed}});
  }
  return out;
}

}  // namespace dvx
