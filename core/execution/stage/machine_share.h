// What of this machine the running stages of a pipeline have, and whether another one fits beside them.
// Single-threaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/formats/pipeline/stage_demands.h"

namespace dvx {

struct Machine {
  std::size_t cpus = 1;      // what -j says
  std::uint64_t memory = 0;  // bytes; 0: not known, and not counted
  std::size_t gpus = 0;
};

// Physical memory, and the GPUs that the kernel's driver names unless their number is given.
Machine this_machine(std::size_t jobs, std::optional<std::size_t> gpus);

class MachineShare {
 public:
  // What one stage has. `gpus` are their numbers on this machine.
  struct Part {
    StageDemands demands;
    std::vector<std::size_t> gpus;
  };

  explicit MachineShare(const Machine& machine);

  // A stage that asks for more processors or memory than there are fits alone.
  bool fits(const StageDemands& demands) const;
  bool is_full() const { return cpus_ == machine_.cpus; }  // nothing fits
  Part take(const StageDemands& demands);
  void give_back(const Part& part);

 private:
  std::size_t cpus_of(const StageDemands& demands) const;
  std::uint64_t memory_of(const StageDemands& demands) const;

  const Machine machine_;
  std::size_t cpus_ = 0;  // taken, as the next two
  std::uint64_t memory_ = 0;
  std::set<std::string> mutexes_;
  std::set<std::size_t> free_gpus_;
};

}  // namespace dvx
