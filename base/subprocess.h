// Child processes without a shell in between, each in its own process group (save with inherit_stdio).
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

// Called in the child just before it executes, in our memory: async-signal-safe calls only. What is not 0 is
// the errno that starting it fails with.
struct BeforeExec {
  int (*call)(void* context) = nullptr;
  void* context = nullptr;
};

struct ProcessOptions {
  std::string directory;                                          // "" keeps ours
  std::optional<std::map<std::string, std::string>> environment;  // nullopt inherits ours
  std::string input;           // given on stdin, whole before it starts; empty means /dev/null
  bool merge_stderr = false;   // into `on_output`/`output`, in the order written
  bool inherit_stdio = false;  // the child talks to our terminal (git commit with an editor)
  bool die_with_us = false;    // its whole group is killed when this process ends, even by SIGKILL
  // Called with pieces of output as they come, from the calling thread; when empty, output is collected
  // instead.
  std::function<void(std::string_view)> on_output;
  // Polled several times a second: true sends SIGTERM to the group, and SIGKILL 5 s after or on the second
  // true of `kill_now`.
  std::function<bool()> should_stop;
  std::function<bool()> kill_now;
  BeforeExec before_exec = {};
};

struct ProcessResult {
  int exit_status = 0;       // of exit(); meaningful when signal is 0
  int signal = 0;            // that killed it, or 0
  bool stopped = false;      // because should_stop said so
  std::string output;        // stdout (and stderr when merged)
  std::string error_output;  // stderr when not merged
  double wall_seconds = 0, user_seconds = 0, system_seconds = 0;
  std::int64_t peak_memory_bytes = 0;

  bool ok() const { return signal == 0 && exit_status == 0; }
};

// Runs argv[0], found in PATH, and waits. NotFound when it does not exist; a failing child is a result.
// When the child leaves processes of its group behind, they are killed, so that none outlives the call.
ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options = {});

// "'it'\''s'": one word for /bin/sh.
std::string shell_quote(std::string_view word);

}  // namespace dvx
