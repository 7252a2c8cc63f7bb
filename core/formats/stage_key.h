// The key of a stage: canonical JSON of everything that can change its outputs, and the SHA-256 of it
// (docs/formats/key.md). Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/formats/data_ref.h"
#include "core/formats/text/json_value.h"
#include "core/formats/lock_file.h"
#include "core/formats/pipeline/pipeline_file.h"

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

nlohmann::json stage_key_fields(const Stage& stage, const StageInputs& inputs);
ObjectId stage_key(const nlohmann::json& key_fields);

// What a stage that is named by another has to show: what its outputs are, or what it ran with when it has
// none.
std::string stage_result(const LockedStage& stage);

// "file:<hex>", "executable:<hex>" or "tree:<hex>": how a key names content.
std::string key_content(const DataRef& data);
// The inverse, without size and number of files; nullopt for any other text.
std::optional<DataRef> parse_key_content(std::string_view text);

}  // namespace dvx
