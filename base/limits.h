// The one table of limits: how deep, how large and how many foreign bytes may make this process go.
//
// Whatever came with a clone or from a remote is believed only up to these limits. They lie far beyond what
// people write, and low enough that a file at its limit is refused or read within about a second and 300 MB.
// docs/security.md lists them. A reader that finds more says so in an error which names the limit.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dvx::limits {

// Levels of maps and lists in params, metrics and pipelines. YAML's parser stops at 64 by itself.
inline constexpr int kYamlDepth = 60;
// TOML, JSON and Python values become one key together with their surroundings: see kJsonDepth.
inline constexpr std::size_t kValueDepth = 100;
// Levels of any JSON text that dvx reads or writes.
inline constexpr int kJsonDepth = 200;

// Brackets open at once in a text of YAML before its parser sees it, those in quotes and commands included,
// and the levels of all brackets together: the parser's work grows with them.
inline constexpr std::size_t kYamlBrackets = 200;
inline constexpr std::uint64_t kYamlBracketWork = 1'000'000;
// Lines and values of one text.
inline constexpr std::size_t kYamlValues = 1'500'000;
inline constexpr std::size_t kTomlValues = 400'000;  // its parser takes most of a kilobyte for a table
inline constexpr std::size_t kJsonValues = 3'000'000;
inline constexpr std::size_t kLockValues = 8'000'000;

inline constexpr std::size_t kYamlBytes = std::size_t{64} << 20;
inline constexpr std::size_t kTomlBytes = std::size_t{8} << 20;
inline constexpr std::size_t kPythonBytes = std::size_t{2} << 20;
inline constexpr std::size_t kJsonBytes = std::size_t{64} << 20;
// Any file that is read as one text: a lock file of a hundred thousand stages has about as much.
inline constexpr std::uint64_t kTextBytes = std::uint64_t{128} << 20;

// Files that dvx keeps for itself and that grow with a project: the log of checks, the index of runs.
inline constexpr std::uint64_t kOwnBytes = std::uint64_t{1} << 30;

// The longest path within a directory that is tracked as one, in bytes: PATH_MAX. It bounds the depth of
// trees.
inline constexpr std::size_t kTreePath = 4096;
// Levels of trees that a fetch goes down, with a round of requests for each.
inline constexpr std::size_t kTreeLevels = 1'200;
// Entries that the trees of one directory may stand for, beside a hundred for each entry that is stored:
// trees that name each other twice stand for 2^n paths.
inline constexpr std::uint64_t kTreeEntries = 10'000'000;
inline constexpr std::uint64_t kTreeEntriesForStored = 100;
// Sums of sizes and of numbers of files stay below this.
inline constexpr std::uint64_t kTotal = std::uint64_t{1} << 62;

// Rounds of a fetch for run records that name records which the remote does not list.
inline constexpr std::size_t kRunRounds = 200;

// A recipe up to this size may be compressed at will; a longer one by this factor at most. A recipe is made
// of hashes, which compress only where a file repeats itself.
inline constexpr std::uint64_t kFreeRecipeBytes = std::uint64_t{32} << 20;
inline constexpr std::uint64_t kRecipeCompression = 16;

}  // namespace dvx::limits
