// `dvx init`: makes the git repository around the user's directory a dvx repository. Done twice, it mends
// what lacks.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "core/repo/repository.h"

namespace dvx {

struct InitReport {
  std::string root;                  // absolute: the top of the git work tree
  std::string project;               // core.project
  std::vector<std::string> written;  // files, from the root; staged in git. Empty: there was nothing to do
  bool existed = false;              // it was a dvx repository already
};

// NotARepository when there is no git work tree.
InitReport init(const Surroundings& surroundings, Progress& progress);

}  // namespace dvx
