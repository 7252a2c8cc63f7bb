// Runs child processes without a shell in between. Each child gets its own process group, except with
// inherit_stdio.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

// A function that the child calls just before it executes the program. The child still shares our memory at
// that point, so the function may make async-signal-safe calls only. A result other than 0 is an errno value,
// and starting the child fails with it.
struct BeforeExec {
  int (*call)(void* context) = nullptr;
  void* context = nullptr;
};

struct ProcessOptions {
  // The working directory of the child; "" keeps ours.
  std::string directory;
  // The environment of the child; nullopt inherits ours.
  std::optional<std::map<std::string, std::string>> environment;
  // The text on stdin, all of which is available before the child starts; "" means /dev/null.
  std::string input;
  // Sends stderr to the same place as stdout, in the order written.
  bool merge_stderr = false;
  // Lets the child use our terminal, as for git commit with an editor.
  bool inherit_stdio = false;
  // Kills the whole group of the child when this process ends, even by SIGKILL.
  bool die_with_us = false;
  // Receives pieces of output as they come, in the calling thread. When this is empty, the output is
  // collected in ProcessResult instead.
  std::function<void(std::string_view)> on_output;
  // These two are polled several times a second. When `should_stop` returns true, the group gets SIGTERM. It
  // gets SIGKILL 5 s later, or as soon as `kill_now` returns true.
  std::function<bool()> should_stop;
  std::function<bool()> kill_now;
  BeforeExec before_exec = {};
};

struct ProcessResult {
  // The status given to exit(); it is meaningful when `signal` is 0.
  int exit_status = 0;
  // The signal that killed the child, or 0.
  int signal = 0;
  // True when should_stop asked for the stop.
  bool stopped = false;
  // Collected stdout, with stderr when that is merged.
  std::string output;
  // Collected stderr when it is not merged.
  std::string error_output;
  double wall_seconds = 0, user_seconds = 0, system_seconds = 0;
  std::int64_t peak_memory_bytes = 0;

  bool ok() const { return signal == 0 && exit_status == 0; }
};

// Finds argv[0] in PATH, runs it and waits for it. Throws Error{NotFound} when the program does not exist; a
// child that fails is a normal result. Processes of its group that the child leaves behind are killed, so
// none of them outlives the call.
ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options = {});

// Quotes one word for /bin/sh: "'it'\''s'".
std::string shell_quote(std::string_view word);

}  // namespace dvx
