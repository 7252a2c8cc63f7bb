// Converts the times of files to numbers and says how coarse these times are.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>

namespace dvx {

// Returns nanoseconds since 1970-01-01T00:00:00Z.
inline std::int64_t to_ns(const struct ::timespec& time) {
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

// The coarsest step of the kernel's clock for file times (10 ms at HZ=100), plus a margin. A file that
// changed less than this time ago may change again without getting a new time stamp.
inline constexpr std::int64_t kClockTickNs = 11'000'000;

}  // namespace dvx
