// The identifier that the kernel gives to the time since the machine was started.
#pragma once

#include <string>

namespace dvx {

inline constexpr const char* kBootIdFile = "/proc/sys/kernel/random/boot_id";

// Returns an identifier that changes with each start of the machine. It is the same for all processes and
// containers, and it stays the same when the machine wakes from sleep, because the memory comes back too.
// Returns "" where the kernel does not tell it.
std::string boot_id(const std::string& file = kBootIdFile);

}  // namespace dvx
