#include "core/execution/slurm/job_commands.h"

#include <chrono>
#include <thread>

#include "base/interrupt.h"
#include "core/execution/stage/local_runner.h"

namespace dvx {

CommandOutcome run_in_job(CommandJob job) {
  job.on_line = {};  // the log file is what others see
  job.should_stop = [] { return interrupt_signal() != 0; };
  job.kill_now = [] { return interrupt_count() > 1; };
  CommandOutcome outcome = LocalRunner().run(job);
  // Slurm signals all processes of a job, one after the other; a shell makes an exit status of it.
  if (!outcome.ok() && interrupt_signal() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(200));
  outcome.stopped = outcome.stopped || interrupt_signal() != 0;
  return outcome;
}

}  // namespace dvx
