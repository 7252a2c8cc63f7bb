// Differences in words and as JSON, the same for every command that tells them.
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

// "modified  data/raw/ (1,797 files, 2.3 MB -> 1,798 files, 2.4 MB)" and a line for each file.
Shown changes_text(const Repository& repository, const std::vector<DataChange>& changes, FileList files,
                   const Text& text);
// "params.yaml  train.epochs: 5 -> 10", a line each.
Shown changes_text(const Repository& repository, const std::vector<ValueChange>& changes, const Text& text);

nlohmann::json changes_json(const std::vector<DataChange>& changes, FileList files);
nlohmann::json changes_json(const std::vector<ValueChange>& changes);

// "file", "executable", "symlink" or "directory", as --json says it.
std::string_view kind_name(EntryKind kind);

// One line: which file of params or metrics has no values to compare, and why.
std::string describe_unreadable(const UnreadableValues& values);
nlohmann::json unreadable_json(const std::vector<UnreadableValues>& unreadable);

}  // namespace dvx
