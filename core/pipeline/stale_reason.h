// Why a stage is stale, as data: what differs between the key it last ran with and the key it has now.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/formats/data_ref.h"
#include "core/formats/lock_file.h"

namespace dvx {

enum class ReasonKind {
  NeverRun,      // no record of it in dvx.lock
  FailedBefore,  // the same, as its last run failed
  Command,       // old and new value: commands, joined by line feeds
  WorkingDirectory,
  Shell,             // that runs the commands; "" is /bin/sh
  Dependency,        // its content differs; old and new are key_content()
  Import,            // code that it uses and does not name differs; values as of Dependency
  Param,             // file, name ("" is the file as a whole)
  Environment,       // a variable of `env`
  Tool,              // a command of `tools` prints something else
  Url,               // the server says that what is there is something else
  NeededStage,       // a stage that it names gave something else, or ran with something else
  Each,              // the pattern of inputs, or what outputs are called
  OutputFlags,       // an output was added, removed, or its flags differ
  Sandbox,           // old and new: "true" or "false"
  Recorded,          // what dvx.lock has of it was recorded as it was found, and no run made it
  FailingLine,       // commands of several lines stop at the first that fails; they did not when it last ran
  KeyVersion,        // the lock is of another version of dvx
  OutputMissing,     // what: path
  OutputModified,    // the workspace does not hold what was recorded; old and new are key_content()
  OutputUnrecorded,  // of a frozen stage: it is there, and dvx.lock does not have it
  MissingInput,      // a dependency is not there and nobody makes it
  InputError,        // what: why a params file, a tool, … that it reads cannot be read
  Upstream,          // what: a stage before it that will run; whether this one must is known after
  AlwaysChanged,     // `always_changed: true`
  Forced,            // --force; or what: the stage before it that ran, with --force-downstream
};

// Stable name in JSON: "dependency", "param", …
std::string_view reason_name(ReasonKind kind);

struct StaleReason {
  ReasonKind kind = ReasonKind::NeverRun;
  std::string what;  // path, param, variable, tool or stage; "" where the kind says all
  std::string file;  // of a param
  // "" where there was none; an empty text is `""`. Texts stand without quotes, unless that would hide what
  // differs: `true` and `"true"`.
  std::string old_value, new_value;

  friend bool operator==(const StaleReason&, const StaleReason&) = default;
};

// In the order of ReasonKind, then by name. Empty when the keys are equal.
std::vector<StaleReason> compare_keys(const nlohmann::json& old_key, const nlohmann::json& new_key);

// The first digits of the id in "file:<hex>"; any other text as it is.
std::string short_content(const std::string& content);

// One line for people: "params.yaml: train.C: 1.0 → 0.5". Ids are shortened.
std::string describe(const StaleReason& reason);
// The first of them and how many more there are: "it has never run", "…, and 2 more". "" when there are none.
std::string describe_briefly(const std::vector<StaleReason>& reasons);

// {"kind", "what"} and, where they mean something, "file", "old", "new".
nlohmann::json reason_json(const StaleReason& reason);

}  // namespace dvx
