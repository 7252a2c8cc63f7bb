// Shows differences as text and as JSON, in the same way for every command.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/ui/text.h"
#include "core/commands/diff.h"
#include "core/repo/repository.h"
#include "objects/model/tree.h"

namespace dvx {

enum class FileList { Shown, Hidden };

// Returns "modified  data/raw/ (1,797 files, 2.3 MB -> 1,798 files, 2.4 MB)" and one line for each file.
Shown changes_text(const Repository& repository, const std::vector<DataChange>& changes, FileList files,
                   const Text& text);
// Returns lines such as "params.yaml  train.epochs: 5 -> 10", one for each value.
Shown changes_text(const Repository& repository, const std::vector<ValueChange>& changes, const Text& text);

nlohmann::json changes_json(const std::vector<DataChange>& changes, FileList files);
nlohmann::json changes_json(const std::vector<ValueChange>& changes);

// Returns "file", "executable", "symlink" or "directory", as used by --json.
std::string_view kind_name(EntryKind kind);

// Returns one line that says which params or metrics file has no values to compare, and why.
std::string describe_unreadable(const UnreadableValues& values);
nlohmann::json unreadable_json(const std::vector<UnreadableValues>& unreadable);

}  // namespace dvx
