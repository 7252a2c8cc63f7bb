#include "core/runs/each_journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

constexpr int kVersion = 1;

// Names of stages may hold slashes and be longer than a file's.
std::string journal_file(Repository& repository, const std::string& stage) {
  return join_path(repository.dvx_dir(), fmt::format("each/{}.jsonl", ObjectId::of(stage).to_hex()));
}

std::string header(const std::string& stage, const ObjectId& item_key) {
  return canonical_json(Json{{"dvx_each", kVersion}, {"stage", stage}, {"item_key", item_key.to_string()}}) +
         "\n";
}

// nullopt for what a crash cut off.
std::optional<std::pair<std::string, EndedItem>> parse_line(std::string_view line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto in = json.find("in"), out = json.find("out"), input = json.find("input"),
             output = json.find("output");
  for (const auto& field : {in, out, input, output}) {
    if (field == json.end()) return std::nullopt;
  }
  const auto input_state = state_of_json(*input), output_state = state_of_json(*output);
  if (!in->is_string() || !out->is_string() || !input_state || !output_state) return std::nullopt;
  return std::pair(
      path_from_json_text(in->get_ref<const std::string&>()),
      EndedItem{path_from_json_text(out->get_ref<const std::string&>()), *input_state, *output_state});
}

}  // namespace

Json json_of_state(const FileState& state) {
  return Json::array({static_cast<int>(state.kind), state.size, state.id.to_hex()});
}

std::optional<FileState> state_of_json(const Json& json) {
  if (!json.is_array() || json.size() != 3 || !json[0].is_number_unsigned() ||
      !json[1].is_number_unsigned() || !json[2].is_string())
    return std::nullopt;
  const auto id = ObjectId::parse(json[2].get_ref<const std::string&>());
  const auto kind = json[0].get<unsigned>();
  if (!id || kind > static_cast<unsigned>(EntryKind::Directory)) return std::nullopt;
  return FileState{static_cast<EntryKind>(kind), json[1].get<std::uint64_t>(), *id};
}

EndedItems read_each_journal(Repository& repository, const std::string& stage, const ObjectId& item_key) {
  EndedItems items;
  const auto text = read_file_if_exists(journal_file(repository, stage));
  const std::string expected = header(stage, item_key);
  if (!text || !text->starts_with(expected)) return items;
  std::string_view rest = std::string_view(*text).substr(expected.size());
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    if (auto item = parse_line(rest.substr(0, end)))
      items.insert_or_assign(std::move(item->first), std::move(item->second));
    rest.remove_prefix(end + 1);
  }
  return items;
}

void drop_each_journal(Repository& repository, const std::string& stage) {
  const std::string file = journal_file(repository, stage);
  if (beneath::remove_file(file) != 0 && errno != ENOENT) throw system_error("remove", file);
  beneath::remove_directory(parent_path(file));  // of the last one
}

EachJournal::EachJournal(Repository& repository, const std::string& stage, const ObjectId& item_key,
                         JournalStart start)
    : path_(journal_file(repository, stage)) {
  make_directories(parent_path(path_));
  const std::string first = header(stage, item_key);
  const auto text = start == JournalStart::Continue ? read_file_if_exists(path_) : std::nullopt;
  const bool is_same = text && text->starts_with(first);
  file_ = open_file(path_, O_WRONLY | O_CREAT | O_APPEND | (is_same ? 0 : O_TRUNC));
  lines_ = is_same ? (text->ends_with('\n') ? "" : "\n") : first;
}

void EachJournal::add(const std::string& input, const EndedItem& item) {
  lines_ += canonical_json(Json{{"in", path_to_json_text(input)},
                                {"input", json_of_state(item.input)},
                                {"out", path_to_json_text(item.out)},
                                {"output", json_of_state(item.output)}});
  lines_ += '\n';
}

void EachJournal::flush() {
  write_all(file_.get(), lines_, path_);
  lines_.clear();
}

}  // namespace dvx
