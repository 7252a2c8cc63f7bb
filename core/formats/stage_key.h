// The key of a stage: canonical JSON of everything that can change its outputs, and the SHA-256 of it
// (docs/formats/key.md). Pure.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/formats/data_ref.h"
#include "core/formats/lock_file.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/formats/text/json_value.h"

namespace dvx {

constexpr int kKeyVersion = 1;  // counts up when the fields, or the environment that stages run in, change

// What the workspace holds for a stage, as its key needs it.
struct StageInputs {
  std::map<std::string, DataRef> deps;               // by path from the root; every dependency of the stage
  JsonValue params;                                  // {"params.yaml": {"train.epochs": 5}}
  std::map<std::string, std::string> tools;          // command → what it printed; every tool of the stage
  std::map<std::string, std::string> urls;           // → what the server says of it; every URL of the stage
  std::map<std::string, std::string> needed_stages;  // name → stage_result(); every one that it names
  std::map<std::string, std::string> imports;        // path → key_content() of code that it does not name
};

// Every field that a key can have, in the order in which reasons are told. key_field_rows() is the one table
// of them: what a key holds, what dvx.lock repeats of it and what `dvx why` compares all follow from it, so a
// field that has a row is missed nowhere.
enum class KeyField {
  Commands,
  Wdir,
  Shell,
  Deps,
  Imports,
  Params,
  Env,
  Tools,
  Urls,
  Stages,
  Each,
  Outs,
  Sandbox,
  Stops,
  Version,
  Recorded,
};

// Where the lock entry of a stage repeats a field, so that a stage can be compared without its run record.
enum class LockPlace {
  // As a member of LockedStage: commands, deps and params.
  Member,
  // In LockedStage::environment, always.
  Environment,
  // In LockedStage::environment, when the key has the field.
  EnvironmentIfAny,
  // Nowhere: what the key has now stands for it.
  Nowhere,
};

struct KeyFieldRow {
  KeyField field;
  const char* name;
  LockPlace place;
  // The field's value for a stage. Null leaves the field out: keys from before there was such a field, and
  // keys of stages without it, stay what they are. Recorded has no value here (see recorded_outputs.h).
  nlohmann::json (*value)(const Stage& stage, const StageInputs& inputs);
};

std::span<const KeyFieldRow> key_field_rows();

nlohmann::json stage_key_fields(const Stage& stage, const StageInputs& inputs);
ObjectId stage_key(const nlohmann::json& key_fields);

// What a lock entry keeps in `environment` of the key: the fields of LockPlace::Environment and
// EnvironmentIfAny.
nlohmann::json lock_environment(const nlohmann::json& key_fields);
// The key as far as the lock entry repeats it, for when the run record is not at hand. What the entry does
// not repeat (wdir, flags of outputs) is taken from `now`.
nlohmann::json key_fields_of_lock(const LockedStage& locked, const nlohmann::json& now);

// What a stage that is named by another has to show: what its outputs are, or what it ran with when it has
// none.
std::string stage_result(const LockedStage& stage);

// "file:<hex>", "executable:<hex>" or "tree:<hex>": how a key names content.
std::string key_content(const DataRef& data);
// The inverse, without size and number of files; nullopt for any other text.
std::optional<DataRef> parse_key_content(std::string_view text);

}  // namespace dvx
