// The one table of limits. It says how deep and how large input from elsewhere may be, and how much of it
// this process reads.
//
// Everything that comes with a clone or from a remote is accepted only up to these limits. They lie far
// beyond what people write, and they are low enough that a file at its limit is refused or read within about
// a second and 300 MB. docs/security.md lists them. A reader that finds more throws an error that names the
// limit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dvx::limits {

// The nesting depth of maps and lists in params, metrics and pipelines. The YAML parser itself stops at 64
// levels.
inline constexpr int kYamlDepth = 60;
// The nesting depth of TOML, JSON and Python values. It is lower than kJsonDepth because such a value becomes
// part of a larger JSON text, the key of a stage.
inline constexpr std::size_t kValueDepth = 100;
// The nesting depth of any JSON text that dvx reads or writes.
inline constexpr int kJsonDepth = 200;

// Two limits on a YAML text before its parser sees it: the number of brackets that are open at once, counting
// those in quotes and commands too, and the sum of the levels of all brackets. The work of the parser grows
// with both.
inline constexpr std::size_t kYamlBrackets = 200;
inline constexpr std::uint64_t kYamlBracketWork = 1'000'000;
// The next four limit the number of lines and values of one text.
inline constexpr std::size_t kYamlValues = 1'500'000;
// This one is low because the TOML parser needs almost a kilobyte for each table.
inline constexpr std::size_t kTomlValues = 400'000;
inline constexpr std::size_t kJsonValues = 3'000'000;
inline constexpr std::size_t kLockValues = 8'000'000;

inline constexpr std::size_t kYamlBytes = std::size_t{64} << 20;
inline constexpr std::size_t kTomlBytes = std::size_t{8} << 20;
inline constexpr std::size_t kPythonBytes = std::size_t{2} << 20;
inline constexpr std::size_t kJsonBytes = std::size_t{64} << 20;
// The size of any file that is read as one text. The lock file of a pipeline with a hundred thousand stages
// is about this large.
inline constexpr std::uint64_t kTextBytes = std::uint64_t{128} << 20;

// The size of files that dvx keeps for itself and that grow with a project, such as the log of checks and the
// index of runs.
inline constexpr std::uint64_t kOwnBytes = std::uint64_t{1} << 30;

// The longest path within a directory that is tracked as one, in bytes. It equals PATH_MAX, and it bounds the
// depth of trees.
inline constexpr std::size_t kTreePath = 4096;
// The number of tree levels that a fetch goes down. Each level costs one round of requests.
inline constexpr std::size_t kTreeLevels = 1'200;
// The number of entries that the trees of one directory may stand for. In addition, each stored entry may
// stand for a hundred. Without this limit, trees that each name the next tree twice would stand for 2^n
// paths.
inline constexpr std::uint64_t kTreeEntries = 10'000'000;
inline constexpr std::uint64_t kTreeEntriesForStored = 100;
// Sums of file sizes and of file counts stay below this.
inline constexpr std::uint64_t kTotal = std::uint64_t{1} << 62;

// The number of rounds in which a fetch asks for run records that other records name but the remote does not
// list.
inline constexpr std::size_t kRunRounds = 200;

// A recipe up to kFreeRecipeBytes may be compressed by any factor. A longer recipe may be compressed by at
// most kRecipeCompression, because a recipe consists of hashes, and these compress only where a file repeats
// itself.
inline constexpr std::uint64_t kFreeRecipeBytes = std::uint64_t{32} << 20;
inline constexpr std::uint64_t kRecipeCompression = 16;

}  // namespace dvx::limits
