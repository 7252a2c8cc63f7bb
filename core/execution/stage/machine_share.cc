#include "core/execution/stage/machine_share.h"

#include <unistd.h>

#include <algorithm>

#include "base/directory.h"

namespace dvx {

Machine this_machine(std::size_t jobs, std::optional<std::size_t> gpus) {
  const long pages = ::sysconf(_SC_PHYS_PAGES), page = ::sysconf(_SC_PAGESIZE);
  const bool is_known = pages > 0 && page > 0;
  return {.cpus = std::max<std::size_t>(1, jobs),
          .memory = is_known ? static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page) : 0,
          .gpus = gpus ? *gpus : names_in_directory("/proc/driver/nvidia/gpus").size()};
}

MachineShare::MachineShare(const Machine& machine) : machine_(machine) {
  for (std::size_t gpu = 0; gpu < machine.gpus; ++gpu) free_gpus_.insert(gpu);
}

std::size_t MachineShare::cpus_of(const StageDemands& demands) const {
  return std::min(demands.cpus, machine_.cpus);
}

std::uint64_t MachineShare::memory_of(const StageDemands& demands) const {
  return std::min(demands.memory, machine_.memory);
}

bool MachineShare::fits(const StageDemands& demands) const {
  const bool is_free = std::ranges::none_of(
      demands.mutexes, [this](const std::string& name) { return mutexes_.contains(name); });
  return is_free && cpus_ + cpus_of(demands) <= machine_.cpus &&
         memory_ + memory_of(demands) <= machine_.memory && demands.gpus <= free_gpus_.size();
}

MachineShare::Part MachineShare::take(const StageDemands& demands) {
  Part part{.demands = demands, .gpus = {}};
  cpus_ += cpus_of(demands);
  memory_ += memory_of(demands);
  mutexes_.insert(demands.mutexes.begin(), demands.mutexes.end());
  while (part.gpus.size() < demands.gpus) {
    part.gpus.push_back(free_gpus_.extract(free_gpus_.begin()).value());
  }
  return part;
}

void MachineShare::give_back(const Part& part) {
  cpus_ -= cpus_of(part.demands);
  memory_ -= memory_of(part.demands);
  for (const std::string& name : part.demands.mutexes) mutexes_.erase(name);
  free_gpus_.insert(part.gpus.begin(), part.gpus.end());
}

}  // namespace dvx
