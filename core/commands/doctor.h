// `dvx doctor`: whether this machine and this repository have what dvx needs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"

namespace dvx {

enum class Health { Good, Warning, Bad };

struct HealthCheck {
  std::string name;  // "git", "store", …: stable, for JSON
  Health health = Health::Good;
  std::string finding;  // "2.39.5", "not writable: …"
  std::string hint;     // what puts it right, or ""
};

struct DoctorReport {
  std::vector<HealthCheck> checks;
};

// Of the machine alone, in any directory.
DoctorReport examine_machine(const Surroundings& surroundings);
// Of a repository: the machine with its settings, the store, links and remotes. Changes nothing but scratch
// files.
DoctorReport doctor(Repository& repository, Progress& progress);

}  // namespace dvx
