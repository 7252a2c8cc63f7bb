// What the commands under `tools` print: their versions belong to the key of a stage.
#pragma once

#include <map>
#include <string>

#include "core/repo/repository.h"

namespace dvx {

// Runs each distinct command once in its life, in the root, with the environment that stages get.
class ToolOutputs {
 public:
  explicit ToolOutputs(const Repository& repository) : repository_(repository) {}

  // Standard output and standard error, without white space at the ends. NotFound, naming the stage, when the
  // command fails: a tool that cannot be asked cannot be part of a key.
  const std::string& of(const std::string& command, const std::string& stage);

 private:
  const Repository& repository_;
  std::map<std::string, std::string> outputs_;
};

}  // namespace dvx
