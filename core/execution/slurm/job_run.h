// What a job does on its node: `dvx job <directory> <id>`, which Slurm starts.
//
// It decides about its stage as `dvx repro` does, but with what is there now: a stage whose inputs came out
// as they were is left alone, a known result is brought back, else the commands run between two looks at the
// inputs. It writes nothing but outputs of the stage and files of the job's directory; run record and
// dvx.lock are for the dvx that waits for the job, or comes back later.
#pragma once

#include <map>
#include <string>

#include "base/progress.h"
#include "core/repo/repository.h"

namespace dvx {

enum class JobExit { Succeeded, Failed, NotOurs };  // NotOurs: cancelled meanwhile, or another job has it

struct JobOptions {
  std::string directory;                           // absolute
  std::string id;                                  // of the submission
  std::map<std::string, std::string> environment;  // of this process: what Slurm says of the job
};

// Whatever goes wrong with the stage is in the result that is written.
JobExit run_job(Repository& repository, const JobOptions& options, Progress& progress);

}  // namespace dvx
