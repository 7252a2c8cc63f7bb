#include "core/repo/config_keys.h"

#include <algorithm>
#include <vector>

#include "base/quantity.h"

namespace dvx {

namespace {

constexpr ConfigKey kKeys[] = {
    {"core.gpus", ConfigValue::Count, WhenTracked::NeedsTrust,
     "GPUs that stages of this machine may use; default: those that NVIDIA's driver names"},
    {"core.jobs", ConfigValue::Count, WhenTracked::NeedsTrust,
     "threads and parallel stages when -j is not given; 0: as many as processors"},
    {"core.link", ConfigValue::Link, WhenTracked::Counts,
     "how files come from the store: auto, reflink, copy, hardlink or symlink"},
    {"core.project", ConfigValue::Text, WhenTracked::Counts,
     "name of this project on remotes; written by dvx init, not to be changed"},
    {"core.remote", ConfigValue::Text, WhenTracked::Counts,
     "remote that push, fetch and pull use when none is named"},
    {"core.runCache", ConfigValue::Bool, WhenTracked::Counts,
     "push, fetch and pull carry the outputs of all runs of the run cache, as with --run-cache"},
    {"core.shared", ConfigValue::Shared, WhenTracked::NeedsTrust,
     "who else writes to the store: group, all (and everybody reads) or false, the default"},
    {"core.store", ConfigValue::Text, WhenTracked::NeedsTrust,
     "directory of the object store; may be shared by several clones"},
    {"gc.reflogDays", ConfigValue::Count, WhenTracked::NeedsTrust,
     "how long dvx gc keeps what only git's reflogs name; default 90"},
    {"gc.runDays", ConfigValue::Count, WhenTracked::NeedsTrust,
     "how long dvx gc keeps runs of the run cache that no dvx.lock names; default 90"},
    {"gc.trashDays", ConfigValue::Count, WhenTracked::NeedsTrust,
     "how long dvx gc keeps what it moved to the trash; default 14"},
    {"hooks.allow", ConfigValue::Text, WhenTracked::Counts,
     "files that the pre-commit hook lets pass: patterns, separated by spaces"},
    {"hooks.dataSize", ConfigValue::Size, WhenTracked::Counts,
     "the same for files whose name says that they are data; default 1K"},
    {"hooks.maxSize", ConfigValue::Size, WhenTracked::Counts,
     "the pre-commit hook stops unversioned files larger than this; default 1M"},
    {"parsing.bool", ConfigValue::Text, WhenTracked::Counts,
     "false in a map that a command of dvx.yaml takes: store_true (left out) or boolean_optional "
     "(--no-NAME)"},
    {"parsing.list", ConfigValue::Text, WhenTracked::Counts,
     "a list in such a map: nargs (--NAME 1 2) or append (--NAME 1 --NAME 2)"},
    {"remote.*.url", ConfigValue::Text, WhenTracked::Counts, "where a remote is: a path or file: URL"},
    {"sandbox.paths", ConfigValue::Text, WhenTracked::NeedsTrust,
     "files and directories that sandboxed stages see besides, read-only: separated by ':'"},
    {"schema.duckdb", ConfigValue::Text, WhenTracked::NeedsTrust, "path of libduckdb"},
    {"schema.memory", ConfigValue::Size, WhenTracked::NeedsTrust, "memory that a schema check may use"},
    {"slurm.account", ConfigValue::Text, WhenTracked::Counts, "account that jobs of stages are charged to"},
    {"slurm.executable", ConfigValue::Text, WhenTracked::NeedsTrust,
     "path of dvx on the nodes of the cluster; default: as here"},
    {"slurm.options", ConfigValue::Text, WhenTracked::NeedsTrust,
     "further options of sbatch, separated by spaces"},
    {"slurm.partition", ConfigValue::Text, WhenTracked::Counts, "partition that jobs of stages run in"},
    {"slurm.patience", ConfigValue::Text, WhenTracked::Counts,
     "until files that another machine wrote must be seen; default 60s"},
    {"slurm.poll", ConfigValue::Text, WhenTracked::Counts,
     "between two looks at the files of jobs; default 2s"},
};

struct KeyParts {
  std::string_view section, subsection, name;
};

std::optional<KeyParts> split(std::string_view key) {
  const auto first = key.find('.');
  const auto last = key.rfind('.');
  if (first == std::string_view::npos || first == 0 || last + 1 == key.size()) return std::nullopt;
  KeyParts parts{key.substr(0, first), {}, key.substr(last + 1)};
  if (last > first) parts.subsection = key.substr(first + 1, last - first - 1);
  return parts;
}

}  // namespace

std::span<const ConfigKey> config_keys() {
  return kKeys;
}

const ConfigKey* find_config_key(std::string_view key) {
  const auto parts = split(key);
  if (!parts) return nullptr;
  for (const ConfigKey& row : kKeys) {
    const auto known = split(row.name);
    const bool subsection_fits =
        known->subsection == "*" ? !parts->subsection.empty() : parts->subsection.empty();
    if (subsection_fits && same_letters(known->section, parts->section) &&
        same_letters(known->name, parts->name)) {
      return &row;
    }
  }
  return nullptr;
}

bool counts_when_tracked(std::string_view key) {
  const ConfigKey* row = find_config_key(key);
  return row != nullptr && row->when_tracked == WhenTracked::Counts;
}

std::string canonical_config_key(std::string_view key) {
  const ConfigKey* row = find_config_key(key);
  if (row == nullptr) return std::string(key);
  const auto parts = split(row->name);
  std::string out(parts->section);
  out += '.';
  if (!parts->subsection.empty()) {
    out += split(key)->subsection;
    out += '.';
  }
  out += parts->name;
  return out;
}

std::optional<std::string> refused_config_value(const ConfigKey& key, std::string_view value) {
  constexpr std::string_view kLinks[] = {"auto", "reflink", "copy", "hardlink", "symlink"};
  switch (key.value) {
    case ConfigValue::Text:
      if (value.find('\n') != std::string_view::npos) return "must be one line";
      return std::nullopt;
    case ConfigValue::Size:
      if (!parse_size(value)) return "must be a size such as 4096, 10M or 1G";
      return std::nullopt;
    case ConfigValue::Bool:
      if (!parse_bool(value)) return "must be true or false";
      return std::nullopt;
    case ConfigValue::Link:
      if (std::ranges::find(kLinks, value) == std::end(kLinks)) {
        return "must be auto, reflink, copy, hardlink or symlink";
      }
      return std::nullopt;
    case ConfigValue::Shared:
      if (value != "group" && value != "all" && value != "false") return "must be group, all or false";
      return std::nullopt;
    case ConfigValue::Count: {
      const auto count = parse_size(value);
      if (!count || *count > 4096) return "must be a number from 0 to 4096";
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<bool> parse_bool(std::string_view text) {
  for (const std::string_view yes : {"true", "yes", "on", "1"}) {
    if (same_letters(text, yes)) return true;
  }
  for (const std::string_view no : {"false", "no", "off", "0"}) {
    if (same_letters(text, no)) return false;
  }
  return std::nullopt;
}

}  // namespace dvx
