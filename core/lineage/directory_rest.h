// The files that a directory holds besides the parts whose origin is known.
#pragma once

#include <string>
#include <vector>

#include "core/formats/data_ref.h"
#include "core/repo/repository.h"

namespace dvx {

struct RestFile {
  std::string path;  // from the root
  DataRef data;
};

// Whether each of the files lies in one of `parts` (paths from the root), or was recorded by itself: by git,
// or by a pointer. Of more than a few hundred others it is not looked for, and the answer is no.
bool is_rest_recorded(Repository& repository, const std::vector<RestFile>& files,
                      const std::vector<std::string>& parts);

}  // namespace dvx
