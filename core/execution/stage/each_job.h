// The work of an `each` stage in pieces: a job is one input, or a batch of them, for one process (or several,
// one after the other, where `cmd` is a list). Jobs are values and do not depend on each other: whoever runs
// them, here or elsewhere, may do so in any order and any number at once.
#pragma once

#include <string>
#include <vector>

#include "core/execution/stage/command_runner.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/pipeline/each_plan.h"

namespace dvx {

struct EachJob {
  std::vector<EachItem> items;  // never empty
  std::string name;             // for people: "a.jpg", "a.jpg +9"; inputs beneath the input directory
};

// Of at most as many items as the stage says, as a command line can name, and as a sandbox shows.
enum class JobsAre { Plain, Sandboxed };
std::vector<EachJob> each_jobs(const Stage& stage, std::vector<EachItem> items, JobsAre jobs_are);

// `of_stage` is what the stage would be run by; this gives it the commands of the job, a log of its own, and
// lines that bear its name. Names of its files begin with `scratch` (absolute), in a directory that exists;
// a file of pairs is written.
CommandJob each_command_job(CommandJob of_stage, const Stage& stage, const EachJob& job,
                            const std::string& scratch);

}  // namespace dvx
