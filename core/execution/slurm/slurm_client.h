// Slurm's own programs: sbatch, squeue, scancel. Nothing here asks for accounting.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "core/execution/slurm/sbatch_arguments.h"

namespace dvx {

struct QueuedJob {
  std::string id;       // of the job; of an array that of the whole
  std::string state;    // "PENDING", "RUNNING", "TIMEOUT", …
  std::string reason;   // why it waits, or ended: "Dependency", "Resources", …
  std::string comment;  // the id of the submission
  std::string nodes;

  bool is_waiting() const { return state == "PENDING"; }
  bool has_ended() const;  // Slurm remembers jobs for some minutes
};

// The job with Slurm's id, or where that is not known the id of its submission. Of an array an element that
// runs, or else one that waits, or else one that has ended. Null when the queue does not have it.
const QueuedJob* find_in_queue(const std::vector<QueuedJob>& queue, const std::string& slurm_job,
                               const std::string& submission);

// What `squeue -o %F|%T|%r|%N|%k` printed.
std::vector<QueuedJob> parse_squeue(std::string_view text);

class SlurmClient {
 public:
  explicit SlurmClient(SlurmSettings settings) : settings_(std::move(settings)) {}
  const SlurmSettings& settings() const { return settings_; }

  // Slurm's id of the new job. `script` is run by the node. Error{Config} with what sbatch said when Slurm
  // refuses it, Network when the controller cannot be reached, Authentication when munge is down, NotFound
  // when there is no sbatch.
  std::string submit(const SbatchRequest& request, const std::string& script) const;
  // This user's jobs, those that have just ended too. Errors as above.
  std::vector<QueuedJob> queue() const;
  // Jobs that have ended already are passed over.
  void cancel(const std::vector<std::string>& ids) const;
  void cancel_waiting(const std::vector<std::string>& ids) const;  // those that run go on

 private:
  std::string run(std::vector<std::string> argv, const std::string& input = {}) const;

  const SlurmSettings settings_;
};

// What sbatch and the like complain of, as an Error of dvx.
Error slurm_error(std::string_view program, std::string_view complaint);

}  // namespace dvx
