#include "core/execution/stage/each_job.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/path.h"
#include "core/execution/stage/each_command.h"
#include "core/formats/pipeline/each_paths.h"
#include "core/formats/pipeline/stage_shell.h"

namespace dvx {

namespace {

// Linux takes no longer word than 128 KiB, and /bin/sh gets a command as one word.
constexpr std::size_t kLongestLists = 96 * 1024;
constexpr std::size_t kMostInSandbox = 1000;  // of 2,900 paths that it can show

std::string name_of(const EachJob& job, const std::string& input_directory) {
  const std::string& first = job.items.front().in;
  const std::string name = display_path(path_beneath(first, input_directory).value_or(first));
  return job.items.size() == 1 ? name : fmt::format("{} +{}", name, job.items.size() - 1);
}

}  // namespace

std::vector<EachJob> each_jobs(const Stage& stage, std::vector<EachItem> items, JobsAre jobs_are) {
  const std::size_t most =
      jobs_are == JobsAre::Sandboxed ? std::min(stage.each->batch, kMostInSandbox) : stage.each->batch;
  std::vector<EachJob> jobs;
  std::size_t length = 0;
  for (EachItem& item : items) {
    const std::size_t share = stage.each->batch == 1 ? 0 : command_share(stage.commands, item);
    const bool is_full = jobs.empty() || jobs.back().items.size() == most || length + share > kLongestLists;
    if (is_full) {
      jobs.emplace_back();
      length = 0;
    }
    length += share;
    jobs.back().items.push_back(std::move(item));
  }
  const std::string directory = each_input_directory(stage.each->in);
  for (EachJob& job : jobs) job.name = name_of(job, directory);
  return jobs;
}

CommandJob each_command_job(CommandJob of_stage, const Stage& stage, const EachJob& job,
                            const std::string& scratch) {
  const EachCommandContext context{.wdir = stage.wdir,
                                   .input_directory = each_input_directory(stage.each->in),
                                   .pairs_file = scratch + ".pairs"};
  of_stage.commands.clear();
  for (const std::string& command : stage.commands)
    of_stage.commands.push_back(each_command(command, job.items, context));
  of_stage.commands = shell_commands(stage, of_stage.commands);
  if (names_pairs(stage.commands)) {
    write_file_atomically(context.pairs_file, pairs_text(job.items, stage.wdir), 0666, Durability::Relaxed);
    of_stage.files.push_back(context.pairs_file);
  }
  of_stage.log_file = scratch + ".log";
  if (of_stage.on_line) {
    of_stage.on_line = [line = std::move(of_stage.on_line), name = job.name](std::string_view text) {
      line(fmt::format("{} | {}", name, text));
    };
  }
  return of_stage;
}

}  // namespace dvx
