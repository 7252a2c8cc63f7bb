// The seam through which long work tells how far it is. The library never prints; the command line draws.
#pragma once

#include <cstdint>
#include <string_view>

namespace dvx {

// All calls may come from any thread. A total of 0 means "not known yet".
class Progress {
 public:
  virtual ~Progress() = default;
  // A new phase: "hashing", "sending". Ends the one before it.
  virtual void begin(std::string_view phase, std::uint64_t total_items, std::uint64_t total_bytes) = 0;
  virtual void advance(std::uint64_t items, std::uint64_t bytes) = 0;
  // What is being worked on right now; may be dropped.
  virtual void current(std::string_view what) = 0;
  // A line that must be seen whole and in order (output of a stage, "train: restored"); without line feed.
  virtual void line(std::string_view text) = 0;
  virtual void warning(std::string_view text) = 0;
  virtual void end() = 0;
};

// For callers who do not care.
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
