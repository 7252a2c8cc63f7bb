#include "core/execution/stage/each_check.h"

#include <fmt/format.h>

#include "base/path.h"

namespace dvx {

std::variant<EndedItem, std::string> check_item(const EachItem& item, const Snapshot& input,
                                                const Snapshot& output) {
  // What a symlink leads to is looked at with the directory, when all is done.
  const bool is_same =
      item.input.kind == EntryKind::Symlink || (input.data && state_of(*input.data) == item.input);
  if (!is_same) return "it changed while it was used";
  if (!output.failed.empty()) return output.failed.front().error.message();
  if (!output.data) return fmt::format("'{}' was not made", display_path(item.out));
  return EndedItem{.out = item.out, .input = item.input, .output = state_of(*output.data)};
}

}  // namespace dvx
