// The wall clock as an interface, so that tests can choose the time for records and for the rule about files
// that changed too recently to trust.
#pragma once

#include <cstdint>
#include <string>

namespace dvx {

class Clock {
 public:
  virtual ~Clock() = default;
  // Returns nanoseconds since 1970-01-01T00:00:00Z.
  virtual std::int64_t now_ns() const = 0;
};

class SystemClock final : public Clock {
 public:
  std::int64_t now_ns() const override;
};

// Returns RFC 3339 with milliseconds: "2026-01-31T12:00:00.123Z".
std::string format_utc(std::int64_t ns);

}  // namespace dvx
