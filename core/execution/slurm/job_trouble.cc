#include "core/execution/slurm/job_trouble.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace dvx {

namespace {

std::string last_line(std::string_view text) {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const auto feed = text.rfind('\n');
  return std::string(feed == std::string_view::npos ? text : text.substr(feed + 1));
}

}  // namespace

StageFailure job_trouble(const EndedBadly& ended) {
  struct Cause {
    std::string_view state, printed, message, hint;
  };
  constexpr Cause kCauses[] = {
      {"TIMEOUT", "DUE TO TIME LIMIT", "its job {} was ended by Slurm: its time was up",
       "a longer 'timeout' in dvx.yaml, or dvx config slurm.options -- --time=…"},
      {"OUT_OF_MEMORY", "oom", "its job {} was ended by Slurm: out of memory",
       "more 'memory' under 'resources' in dvx.yaml"},
      {"NODE_FAIL", "DUE TO NODE FAILURE", "the node of its job {} failed", "dvx repro"},
      {"BOOT_FAIL", "DUE TO BOOT FAIL", "the node of its job {} did not start", "dvx repro"},
      {"PREEMPTED", "DUE TO PREEMPTION", "its job {} had to make room for another", "dvx repro"},
      {"DEADLINE", "DUE TO DEADLINE", "its job {} could not end before its deadline", {}},
      {"CANCELLED", "CANCELLED AT", "its job {} was cancelled", "dvx repro"},
  };
  for (const Cause& cause : kCauses) {
    const bool fits = (ended.queued != nullptr && ended.queued->state == cause.state) ||
                      ended.printed.find(cause.printed) != std::string::npos;
    if (fits) return {fmt::format(fmt::runtime(cause.message), ended.job), std::string(cause.hint), {}};
  }
  std::string message = fmt::format("its job {} {}", ended.job,
                                    ended.was_stopped ? "was stopped by a signal" : "ended without a result");
  if (const std::string line = last_line(ended.printed); !line.empty()) message += ": " + line;
  return {std::move(message), "dvx repro", {}};
}

}  // namespace dvx
