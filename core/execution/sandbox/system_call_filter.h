// What a sandboxed process may not ask of the kernel, as a seccomp program: whatever could undo the sandbox
// from within (mounts, namespaces), reach past it (keyrings, sockets that no network namespace holds, input
// pushed into a terminal), or leave a setuid file behind. The call fails, the process goes on.
#pragma once

#include <string>

namespace dvx {

// The program as bubblewrap takes it on a descriptor: struct sock_filter, one after the other. "" on a
// processor for which there is none.
std::string system_call_filter();

}  // namespace dvx
