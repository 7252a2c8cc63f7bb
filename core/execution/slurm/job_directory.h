// The directory of a stage's job, `.dvx/jobs/<stage>/`: all that dvx here, the job on its node and a dvx that
// comes back later know of each other (docs/formats/jobs.md). It lies where all machines see it; every file
// appears whole, by rename.
//
// A stage has one, so that it is never in the queue twice: who makes the directory submits the job.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file_lock.h"
#include "core/execution/slurm/job_description.h"
#include "core/execution/slurm/job_result.h"
#include "core/execution/slurm/job_tasks.h"
#include "core/repo/repository.h"

namespace dvx {

// Asks the file server, where there is one, instead of what this machine remembers of the directory.
void refresh_directory(const std::string& path);

// Who runs the job.
struct JobClaim {
  std::string slurm_job, node;
  std::int64_t started_ns = 0;
};

class JobDirectory {
 public:
  JobDirectory(Repository& repository, const std::string& stage);
  // `path` is absolute.
  static JobDirectory at(Repository& repository, std::string path);

  // Those there are, sorted by the time of submission. Damaged ones are passed over.
  static std::vector<JobDirectory> all(Repository& repository);
  static bool are_there(Repository& repository);  // any at all, by one look

  // With `job` in it and watched by the caller; nullopt when there is one already.
  static std::optional<JobDirectory> make(Repository& repository, const JobDescription& job);

  const std::string& path() const { return path_; }
  std::string log_file() const;     // what the commands printed
  std::string output_file() const;  // what dvx and Slurm printed about the job

  void refresh() const { refresh_directory(path_); }
  bool exists() const;
  std::optional<JobDescription> description() const;
  std::optional<JobResult> result(const std::string& id) const;  // of that submission
  std::optional<JobClaim> claim() const;
  std::string slurm_job() const;  // "" when not known
  bool is_cancelled() const;
  bool is_recorded() const;

  void note_slurm_job(const std::string& id) const;
  void note_cancelled() const;
  void note_recorded() const;  // nothing of it is needed but by the jobs that come after it

  // False when another job has it. Once more by the same job, which Slurm started again, is true.
  bool claim_for(const JobClaim& claim) const;
  void write_result(const JobResult& result, const std::vector<std::string>& trees) const;
  std::vector<std::string> trees(const JobResult& result) const;

  // Of a job array: its pieces, and what became of them.
  std::string scratch() const;  // names of files that tasks read may begin with it
  void write_tasks(const JobTasks& tasks) const;
  bool has_tasks() const;
  std::optional<JobTasks> tasks() const;
  std::string task_log_file(std::size_t task) const;
  void write_task_end(const std::string& id, std::size_t task, const EndedTask& end) const;
  std::optional<EndedTask> task_end(const std::string& id, std::size_t task) const;
  std::size_t ended_tasks() const;  // how many

  // The one dvx that waits for the job and records it. A kernel lock: it ends with its process.
  bool watch();
  void remove();

 private:
  explicit JobDirectory(Repository& repository) : repository_(&repository) {}
  std::string file(const char* name) const;

  Repository* repository_;
  std::string path_;
  std::optional<FileLock> watched_;
};

// Sorts by time, and nobody else has it: "20260131T120000.123-5b1f0c9a".
std::string new_submission_id(Repository& repository);

}  // namespace dvx
