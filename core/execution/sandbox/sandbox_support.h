// Whether this machine can sandbox commands: found out by doing it.
#pragma once

#include <optional>
#include <string>

namespace dvx {

struct SandboxSupport {
  std::string bubblewrap;     // the program, absolute; "" when there is none
  std::string version;        // "bubblewrap 0.8.0"
  std::string problem, hint;  // why it cannot hold here; both "" when it can

  bool holds() const { return problem.empty(); }
};

// `path` is PATH. Starts two processes.
SandboxSupport examine_sandbox(const std::string& path);
// The same, once in the life of this process. Any thread may ask.
const SandboxSupport& sandbox_support(const std::string& path);

}  // namespace dvx
