// The kernel's own name for the time since it was started.
#pragma once

#include <string>

namespace dvx {

inline constexpr const char* kBootIdFile = "/proc/sys/kernel/random/boot_id";

// Another one after each start of the machine, the same for all processes and containers in between, and also
// after a sleep, whose memory comes back. Empty where the kernel does not tell.
std::string boot_id(const std::string& file = kBootIdFile);

}  // namespace dvx
