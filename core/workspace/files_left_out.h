// Telling a user about files that look as if they counted, and do not.
#pragma once

#include <string>

#include "base/error.h"
#include "base/progress.h"
#include "core/repo/repository.h"
#include "core/workspace/project_files.h"

namespace dvx {

// Warns of each dvx.yaml that ignore rules keep out of the project, and of a .dvcignore.
void tell_of_files_left_out(Repository& repository, const ProjectFiles& files, Progress& progress);
// A .dvcignore without a .dvxignore beside it.
void tell_of_dvcignore(Repository& repository, Progress& progress);
// The path, from the root, of something in a directory of data that no tree of it holds, because a .dvxignore
// hides it or it is a ".git"; "" when there is none, or no directory.
std::string first_left_out_of_data(Repository& repository, const std::string& directory);
// For who needs a pipeline when there is none but these.
Error only_left_out(const ProjectFiles& files);

}  // namespace dvx
