// What the kernel lets us see of a process that waits in a system call: its memory, and where its paths
// start.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

namespace dvx {

class TracedProcess {
 public:
  explicit TracedProcess(pid_t thread) : thread_(thread) {}

  // nullopt: it cannot be read (the process is gone, or we may not).
  std::optional<std::string> text_at(std::uint64_t address) const;
  std::optional<std::uint64_t> number_at(std::uint64_t address) const;
  // `path` as it is for the process: absolute, /proc/self and the like replaced; not normalized. An empty
  // path is the descriptor itself. nullopt as above.
  std::optional<std::string> absolute(int directory_fd, const std::string& path) const;

 private:
  std::optional<std::string> link(const std::string& name) const;

  pid_t thread_;
};

}  // namespace dvx
