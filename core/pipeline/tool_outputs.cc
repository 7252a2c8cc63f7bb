#include "core/pipeline/tool_outputs.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/subprocess.h"
#include "core/pipeline/stage_environment.h"

namespace dvx {

namespace {

std::string trimmed(const std::string& text) {
  constexpr const char* kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

const std::string& ToolOutputs::of(const std::string& command, const std::string& stage) {
  const auto found = outputs_.find(command);
  if (found != outputs_.end()) return found->second;
  ProcessOptions options;
  options.directory = repository_.root();
  options.environment = stage_environment(repository_.surroundings().environment, {});
  options.merge_stderr = true;
  options.die_with_us = true;
  options.should_stop = [] { return interrupt_signal() != 0; };
  options.kill_now = [] { return interrupt_count() > 1; };
  const ProcessResult result = run_process({"/bin/sh", "-c", command}, options);
  throw_if_interrupted();
  if (!result.ok()) {
    throw Error(ErrorKind::NotFound,
                fmt::format("tool '{}' of stage '{}' failed: {}", command, stage, trimmed(result.output)),
                command);
  }
  return outputs_[command] = trimmed(result.output);
}

}  // namespace dvx
