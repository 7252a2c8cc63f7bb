// The interface through which long operations report how far they are. The library never prints; the command
// line implements this interface and draws.
#pragma once

#include <cstdint>
#include <string_view>

namespace dvx {

// All calls may come from any thread. A total of 0 means that the total is not known yet.
class Progress {
 public:
  virtual ~Progress() = default;
  // Starts a new phase, such as "hashing" or "sending", and ends the phase before it.
  virtual void begin(std::string_view phase, std::uint64_t total_items, std::uint64_t total_bytes) = 0;
  virtual void advance(std::uint64_t items, std::uint64_t bytes) = 0;
  // Names the item that is being worked on right now. An implementation may ignore it.
  virtual void current(std::string_view what) = 0;
  // Gives a line, without line feed, that must be shown whole and in order, such as the output of a stage or
  // "train: restored".
  virtual void line(std::string_view text) = 0;
  virtual void warning(std::string_view text) = 0;
  virtual void end() = 0;
};

// Ignores everything, for callers that need no progress.
class SilentProgress final : public Progress {
 public:
  void begin(std::string_view, std::uint64_t, std::uint64_t) override {}
  void advance(std::uint64_t, std::uint64_t) override {}
  void current(std::string_view) override {}
  void line(std::string_view) override {}
  void warning(std::string_view) override {}
  void end() override {}
};

}  // namespace dvx
