// The arguments of bubblewrap for a request: what is seen where. Reads what kind of thing paths are; makes
// nothing.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/execution/sandbox/sandbox_request.h"

namespace dvx {

// Of a sandbox that is laid out in `place`: `root` (becomes the repository), `tmp`, `home` and `etc` in it.
std::vector<std::string> sandbox_arguments(const SandboxRequest& request, const SandboxMachine& machine,
                                           const std::string& place);

// The options that shut a process in, whatever it sees. `place` is not read.
std::vector<std::string> isolation_arguments();

// Directories outside of the system that the programs of PATH need: those of PATH, of a virtual environment
// or another installation all of it. None that is, or holds, the repository or the home directory. Sorted.
std::vector<std::string> program_directories(const SandboxMachine& machine, const std::string& root);

// Paths that lie in none of the others, sorted.
std::vector<std::string> outermost(std::vector<std::string> paths);

// The user inside, who is nobody in particular outside.
inline constexpr const char* kSandboxUser = "dvx";
inline constexpr const char* kSandboxHome = "/home/dvx";
inline constexpr const char* kSandboxId = "1000";

}  // namespace dvx
