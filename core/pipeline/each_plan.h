// What an `each` stage has to do, input by input, as a value: which inputs are to be run, which outputs can
// be had from the store, and which belong to no input any more. Pure: what is known comes in as functions,
// and nothing is read or changed.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/pipeline/each_mapping.h"
#include "core/workspace/tree_diff.h"

namespace dvx {

enum class ItemReason {
  New,             // nothing is known of this input
  Changed,         // it was another one
  OutputMissing,   // and the store lacks it too
  OutputModified,  // likewise
};
std::string_view item_reason_name(ItemReason reason);  // "new", "changed", "output missing", …

struct EachItem {
  std::string in, out;  // from the root
  FileState input;      // what is at `in`
};

struct ItemToRun {
  EachItem item;
  ItemReason reason = ItemReason::New;
};

struct ItemToRestore {
  std::string out;
  FileState output;
};

struct EachPlan {
  std::vector<std::string> outputs;    // of all inputs there are; sorted
  std::vector<ItemToRun> run;          // by input
  std::vector<ItemToRestore> restore;  // by output
  std::vector<std::string> remove;     // in the output directory, of no input; sorted
  // The run of which outputs are taken over.
  std::optional<ObjectId> base = {};

  std::size_t inputs() const { return outputs.size(); }
};

// What earlier runs tell of an input.
struct ItemPast {
  bool was_input = false;
  std::optional<FileState> output;  // made from exactly this input, by the stage as it is now
};

struct EachFacts {
  std::vector<std::pair<std::string, FileState>> inputs;  // that match; sorted by path from the root
  std::function<ItemPast(const EachItem&)> past;
  std::function<std::optional<FileState>(const std::string& path)> present;  // in the output directory
  std::function<bool(const FileState&)> is_stored;
  // Calls `visit` with every path in the output directory, those of directories before what is in them, and
  // goes into a directory only when `visit` returns true.
  std::function<void(const std::function<bool(const std::string& path, EntryKind kind)>& visit)> walk_outputs;
};

// Error{Config} when two inputs have one output, or the output of one lies in that of another.
EachPlan make_each_plan(const EachMapping& mapping, const EachFacts& facts);

// What the outputs leave of a directory: which paths are theirs.
class OutputSet {
 public:
  // `outputs` stay as they are as long as this.
  OutputSet(const std::vector<std::string>& outputs, const std::string& directory);

  enum class Place { Output, Above, Foreign };  // Above: a directory with outputs somewhere below
  Place place_of(const std::string& path);

 private:
  const std::vector<std::string>& outputs_;  // sorted
  std::vector<std::string> above_;           // sorted
  std::size_t next_ = 0;  // behind the output found last: paths are mostly asked for in order
};

}  // namespace dvx
