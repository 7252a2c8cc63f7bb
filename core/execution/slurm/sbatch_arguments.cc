#include "core/execution/slurm/sbatch_arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dvx {

namespace {

// Besides the commands a job hashes what it reads and writes. The limit is there for the scheduler, which
// fits short jobs into gaps; the timeout itself is kept by dvx in the job, to the millisecond.
constexpr std::chrono::minutes kAroundCommands{10};

constexpr std::uint64_t kMegabyte = std::uint64_t{1} << 20;

// Slurm expands '%' in file names.
std::string file_pattern(const std::string& path) {
  std::string pattern;
  for (const char c : path) pattern += c == '%' ? std::string("%%") : std::string(1, c);
  return pattern;
}

std::string dependency(const SbatchRequest& request) {
  std::vector<std::string> parts;
  if (!request.after.empty()) parts.push_back(fmt::format("afterok:{}", fmt::join(request.after, ":")));
  if (!request.beside.empty()) parts.push_back(fmt::format("afterany:{}", fmt::join(request.beside, ":")));
  return fmt::format("{}", fmt::join(parts, ","));
}

}  // namespace

std::string slurm_time(std::chrono::milliseconds time) {
  const auto minutes = std::chrono::ceil<std::chrono::minutes>(time).count();
  return fmt::format("{}-{:02}:{:02}:00", minutes / (24 * 60), minutes / 60 % 24, minutes % 60);
}

std::vector<std::string> sbatch_arguments(const SbatchRequest& request, const SlurmSettings& settings) {
  const StageDemands& demands = request.stage->demands;
  std::vector<std::string> arguments = {"--parsable",
                                        "--export=NONE",
                                        "--job-name=dvx:" + request.stage->name,
                                        "--comment=" + request.id,
                                        "--chdir=" + request.directory,
                                        "--output=" + file_pattern(request.output_file),
                                        "--open-mode=append",
                                        "--nodes=1",
                                        "--ntasks=1",
                                        fmt::format("--cpus-per-task={}", demands.cpus)};
  if (demands.memory != 0)
    arguments.push_back(fmt::format("--mem={}M", (demands.memory + kMegabyte - 1) / kMegabyte));
  if (demands.gpus != 0) arguments.push_back(fmt::format("--gpus={}", demands.gpus));
  if (demands.timeout) {
    const auto attempts = static_cast<int>(demands.retries) + 1;
    arguments.push_back("--time=" + slurm_time(*demands.timeout * attempts + kAroundCommands));
  }
  if (request.array != 0) arguments.push_back(fmt::format("--array=0-{}", request.array - 1));
  if (!request.after.empty() || !request.beside.empty()) {
    arguments.push_back("--dependency=" + dependency(request));
    arguments.emplace_back("--kill-on-invalid-dep=yes");
  }
  if (!settings.account.empty()) arguments.push_back("--account=" + settings.account);
  if (!settings.partition.empty()) arguments.push_back("--partition=" + settings.partition);
  arguments.insert(arguments.end(), settings.options.begin(), settings.options.end());
  return arguments;
}

}  // namespace dvx
