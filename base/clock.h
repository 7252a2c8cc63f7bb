// Wall time as a seam, so that records and the racy rule can be tested.
#pragma once

#include <cstdint>
#include <string>

namespace dvx {

class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::int64_t now_ns() const = 0;  // nanoseconds since 1970-01-01T00:00:00Z
};

class SystemClock final : public Clock {
 public:
  std::int64_t now_ns() const override;
};

std::string format_utc(std::int64_t ns);  // RFC 3339 with milliseconds: "2026-01-31T12:00:00.123Z"

}  // namespace dvx
