// What a job on the cluster is to do: `job.json` of its directory (docs/formats/jobs.md). The stage as it was
// when it was submitted; what dvx.yaml says later is for later jobs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/formats/pipeline/pipeline_file.h"
#include "core/pipeline/plan.h"

namespace dvx {

// A stage directly before it.
struct JobUpstream {
  std::string stage;
  std::vector<std::string> outs;  // paths from the root
  std::string job;                // id of its submission when its job was in the queue, else ""
  bool frozen = false;
};

struct JobDescription {
  std::string id;  // of this submission, nobody else has it; sorts by time
  Stage stage;     // without what is for people only
  std::vector<JobUpstream> upstream;
  Force force = Force::No;
  std::map<std::string, std::string> environment;  // of the dvx that submitted, what stages are given of it
  std::int64_t submitted_ns = 0;
  std::string why;  // it is run, for people
};

std::string serialize_job(const JobDescription& job);
// Error{Corruption} for what the other does not write, Config for a newer version.
JobDescription parse_job(std::string_view text, const std::string& name_for_errors);

}  // namespace dvx
