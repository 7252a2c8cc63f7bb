// What a stage asks of the machine and of the scheduler: `resources`, `mutex`, `timeout`, `retries` of
// dvx.yaml. None of it can change what the stage makes, so none of it belongs to its key.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/formats/text/yaml.h"

namespace dvx {

struct StageDemands {
  std::size_t cpus = 1, gpus = 0;
  std::uint64_t memory = 0;               // bytes
  std::vector<std::string> mutexes = {};  // sorted; two stages with one in common never run at once
  std::optional<std::chrono::milliseconds> timeout = {};  // of one attempt, all its commands together
  std::size_t retries = 0;                                // attempts after the first

  friend bool operator==(const StageDemands&, const StageDemands&) = default;
};

// `body` is the map of a stage, `stage` what messages call it. Error{Config} with line and column.
StageDemands read_stage_demands(const YamlNode& body, const std::string& file, const std::string& stage);

}  // namespace dvx
