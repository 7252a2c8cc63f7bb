#include "core/execution/slurm/slurm_client.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/subprocess.h"

namespace dvx {

namespace {

constexpr const char* kFormat = "%F|%T|%r|%N|%k";

// "sbatch: error: Batch job submission failed: Invalid partition name specified" → the last part. The last
// line says what the ones before led to.
std::string essence(std::string_view complaint) {
  std::string best;
  while (!complaint.empty()) {
    const auto end = std::min(complaint.find('\n'), complaint.size());
    std::string_view line = complaint.substr(0, end);
    complaint.remove_prefix(std::min(end + 1, complaint.size()));
    for (const std::string_view start : {"sbatch: ", "squeue: ", "scancel: ", "slurm_load_jobs ",
                                         "error: ", "fatal: ", "Batch job submission failed: "}) {
      if (line.starts_with(start)) line.remove_prefix(start.size());
    }
    if (!line.empty()) best = line;
  }
  return best;
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace

bool QueuedJob::has_ended() const {
  constexpr std::string_view kLive[] = {
      "PENDING",      "RUNNING",  "CONFIGURING", "COMPLETING",   "SUSPENDED", "REQUEUED", "REQUEUE_FED",
      "REQUEUE_HOLD", "RESIZING", "SIGNALING",   "SPECIAL_EXIT", "STAGE_OUT", "STOPPED",  "RESV_DEL_HOLD"};
  return std::ranges::find(kLive, state) == std::end(kLive);
}

std::vector<QueuedJob> parse_squeue(std::string_view text) {
  std::vector<QueuedJob> jobs;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::vector<std::string> fields;
    // The comment is what is left: only ours, which have no '|', matter.
    for (int field = 0; field < 4 && line.find('|') != std::string_view::npos; ++field) {
      fields.emplace_back(line.substr(0, line.find('|')));
      line.remove_prefix(line.find('|') + 1);
    }
    if (fields.size() < 4) continue;
    jobs.push_back({fields[0], fields[1], fields[2], std::string(line), fields[3]});
  }
  return jobs;
}

Error slurm_error(std::string_view program, std::string_view complaint) {
  const std::string what = essence(complaint);
  if (contains(complaint, "Munge") || contains(complaint, "munge") || contains(complaint, "authentication")) {
    return {ErrorKind::Authentication, fmt::format("{}: {}", program, what),
            "munged must run on this machine: munge -n | unmunge"};
  }
  if (contains(complaint, "Unable to contact") || contains(complaint, "timed out") ||
      contains(complaint, "Connection refused") || contains(complaint, "Unable to establish")) {
    return {ErrorKind::Network, fmt::format("{}: {}", program, what), "scontrol ping"};
  }
  const bool is_partition = contains(what, "partition");
  return {ErrorKind::Config, fmt::format("{} refuses: {}", program, what),
          is_partition ? "sinfo -s, then dvx config slurm.partition <name>"
                       : "dvx config slurm.options -- <options of sbatch>"};
}

std::string SlurmClient::run(std::vector<std::string> argv, const std::string& input) const {
  ProcessOptions options;
  options.input = input;
  options.die_with_us = true;  // a submission that nobody hears of any more should not happen
  ProcessResult result;
  try {
    result = run_process(argv, options);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::NotFound) throw;
    throw Error(ErrorKind::NotFound, fmt::format("{}: Slurm's programs are needed here", error.message()),
                "dvx repro --executor local");
  }
  if (!result.ok()) throw slurm_error(argv.front(), result.error_output);
  return std::move(result.output);
}

const QueuedJob* find_in_queue(const std::vector<QueuedJob>& queue, const std::string& slurm_job,
                               const std::string& submission) {
  const auto rank = [](const QueuedJob& job) { return job.has_ended() ? 2 : job.is_waiting() ? 1 : 0; };
  const QueuedJob* found = nullptr;
  for (const QueuedJob& job : queue) {
    const bool is_it = slurm_job.empty() ? job.comment == submission : job.id == slurm_job;
    if (is_it && (found == nullptr || rank(job) < rank(*found))) found = &job;
  }
  return found;
}

std::string SlurmClient::submit(const SbatchRequest& request, const std::string& script) const {
  std::vector<std::string> argv = sbatch_arguments(request, settings_);
  argv.insert(argv.begin(), "sbatch");
  std::string answer = run(std::move(argv), script);
  answer.resize(std::min(answer.find_first_of(";\n"), answer.size()));  // "17;cluster"
  return answer;
}

std::vector<QueuedJob> SlurmClient::queue() const {
  return parse_squeue(run({"squeue", "--me", "--states=all", "--noheader", "--format", kFormat}));
}

void SlurmClient::cancel(const std::vector<std::string>& ids) const {
  if (ids.empty()) return;
  std::vector<std::string> argv = {"scancel", "--quiet"};
  argv.insert(argv.end(), ids.begin(), ids.end());
  run(std::move(argv));
}

void SlurmClient::cancel_waiting(const std::vector<std::string>& ids) const {
  if (ids.empty()) return;
  std::vector<std::string> argv = {"scancel", "--quiet", "--state=PENDING"};
  argv.insert(argv.end(), ids.begin(), ids.end());
  run(std::move(argv));
}

}  // namespace dvx
