// Times of files as numbers, and how coarse they are.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <ctime>

namespace dvx {

// Nanoseconds since 1970-01-01T00:00:00Z.
inline std::int64_t to_ns(const struct ::timespec& time) {
  return time.tv_sec * std::int64_t{1'000'000'000} + time.tv_nsec;
}

// Coarsest step of the kernel's clock for file times (HZ=100), and a little more: a file changed less than
// this ago may be changed again without a trace in its stamp.
inline constexpr std::int64_t kClockTickNs = 11'000'000;

}  // namespace dvx
