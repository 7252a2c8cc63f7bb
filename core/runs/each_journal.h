// The items of an `each` stage that have ended well since the stage last did, one line each, written as they
// end: what an interrupt, a failure or a crash leaves of a long stage (docs/formats/each-journal.md).
//
// Kept beside the repository's settings, one file a stage, until the stage succeeds. What it says is believed
// of an input and an output only as long as they are in the workspace or store with the ids in it, so nothing
// has to be synced. Not shared and not sent.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include <nlohmann/json_fwd.hpp>

#include "base/unique_fd.h"
#include "core/repo/repository.h"
#include "core/workspace/tree_diff.h"

namespace dvx {

struct EndedItem {
  std::string out;
  FileState input, output;
};

// As a tree has it: kind, size, id. nullopt: it is something else.
nlohmann::json json_of_state(const FileState& state);
std::optional<FileState> state_of_json(const nlohmann::json& json);

// By input. Empty when there is no journal, or it is of another key.
using EndedItems = std::unordered_map<std::string, EndedItem>;

// `item_key`: what the items were run with (each_survey.h).
EndedItems read_each_journal(Repository& repository, const std::string& stage, const ObjectId& item_key);
void drop_each_journal(Repository& repository, const std::string& stage);

enum class JournalStart { Continue, Anew };

class EachJournal {
 public:
  // Continue: behind what a journal of the same key has; one of another key is replaced.
  EachJournal(Repository& repository, const std::string& stage, const ObjectId& item_key, JournalStart start);

  void add(const std::string& input, const EndedItem& item);
  void flush();  // in the hands of the kernel when it returns

 private:
  std::string path_, lines_;
  UniqueFd file_;
};

}  // namespace dvx
