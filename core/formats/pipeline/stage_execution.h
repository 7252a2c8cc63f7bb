// How the commands of a stage are run and watched: `executor`, `shell`, `sandbox`, `trace` and `imports` of
// dvx.yaml.
#pragma once

#include <string>

#include "core/formats/text/yaml.h"

namespace dvx {

// What is done about files that a command uses and its stage does not declare.
enum class Trace { Off, Warn, Enforce };

struct StageExecution {
  std::string executor = {};  // "local", "slurm"; "" where nothing is said
  std::string shell = {};     // that commands are written for: "bash"; "" is /bin/sh
  bool sandbox = false;       // nothing but what is declared can be seen
  Trace trace = Trace::Off;
  bool imports = true;  // local modules that Python scripts import belong to the key

  friend bool operator==(const StageExecution&, const StageExecution&) = default;
};

// The name of a shell, "" for "sh".
std::string read_shell(const YamlNode& node, const std::string& file);

// `body` is the map of a stage, `stage` what messages call it. Error{Config} with line and column.
StageExecution read_stage_execution(const YamlNode& body, const std::string& file, const std::string& stage);

}  // namespace dvx
