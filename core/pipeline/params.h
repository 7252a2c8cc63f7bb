// Values that stages take from params files: YAML, JSON, TOML, and the literals of Python files.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "core/formats/pipeline/pipeline_file.h"
#include "core/formats/text/json_value.h"

namespace dvx {

// The text as one JSON object, read as parse_values() does.
nlohmann::json parse_params(std::string_view text, const std::string& path);

// The value at "train.layers.0"; a key with dots in itself is found too. Null pointer: there is none.
const nlohmann::json* find_param(const nlohmann::json& document, std::string_view key);

// Looks values up for stages; each file is read and parsed once. One thread at a time.
class ParamsLookup {
 public:
  // Text of a file by path from the root, or nullopt when there is none.
  using Read = std::function<std::optional<std::string>(const std::string& path)>;
  explicit ParamsLookup(Read read) : read_(std::move(read)) {}

  // {"params.yaml": {"train.epochs": 5}}. NotFound naming stage, file and key, and the key that was meant.
  nlohmann::json values_of(const Stage& stage);

 private:
  const nlohmann::json& document(const std::string& path, const std::string& stage);

  Read read_;
  std::map<std::string, JsonValue> documents_;
};

}  // namespace dvx
