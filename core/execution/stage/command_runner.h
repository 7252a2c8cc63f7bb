// The seam through which the commands of a stage are run: on this machine, in a sandbox, on a cluster.
//
// run() is called from several threads at once, one for each running stage, and returns when nothing of the
// stage is left running.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/execution/trace/file_use.h"

namespace dvx {

// How commands are begun where that is not plainly a shell: in a sandbox.
struct CommandLauncher {
  std::vector<std::string> words;  // put before those of each command; none: there is no launcher
  // Sends a signal to the command and what it started, which are in no process group of the launcher's.
  // Whether there was anybody.
  std::function<bool(int signal)> tell;
};

struct CommandJob {
  std::string stage;                               // for messages
  std::vector<std::string> commands;               // run in order by /bin/sh -c; the first that fails ends it
  std::string directory;                           // absolute, exists
  std::map<std::string, std::string> environment;  // all of it
  std::string log_file;                            // absolute; gets everything the commands print, in order
  std::function<void(std::string_view)> on_line;   // each line printed, without its line feed; may be empty
  std::vector<std::string> files = {};             // absolute; made for this job, which reads them
  std::optional<std::chrono::milliseconds> timeout;  // of all commands together; then they are stopped
  std::string traced_beneath = {};  // absolute; what the commands do to files there is watched; "" is nothing
  // Polled while a command runs: a wish to stop politely (SIGTERM, 5 s later SIGKILL), and to stop at once.
  std::function<bool()> should_stop, kill_now;
  CommandLauncher launcher = {};
};

struct CommandOutcome {
  int exit_status = 0;      // meaningful when signal is 0
  int signal = 0;           // that ended the command, or 0
  bool stopped = false;     // because should_stop said so, or for its timeout
  bool overdue = false;     // for its timeout
  std::size_t command = 0;  // index of the command that failed
  double wall_seconds = 0, cpu_seconds = 0;
  std::int64_t peak_memory_bytes = 0;
  std::optional<FileUse> files = {};  // when it was to be watched, and the runner can

  bool ok() const { return exit_status == 0 && signal == 0 && !stopped; }
};

class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  virtual std::string name() const = 0;  // as run records give it: "local"
  virtual CommandOutcome run(const CommandJob& job) = 0;
};

}  // namespace dvx
