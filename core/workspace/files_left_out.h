// Telling a user about files that look as if they counted, and do not.
#pragma once

#include "base/error.h"
#include "base/progress.h"
#include "core/repo/repository.h"
#include "core/workspace/project_files.h"

namespace dvx {

// Warns of each dvx.yaml that ignore rules keep out of the project, and of a .dvcignore.
void tell_of_files_left_out(Repository& repository, const ProjectFiles& files, Progress& progress);
// A .dvcignore without a .dvxignore beside it.
void tell_of_dvcignore(Repository& repository, Progress& progress);
// For who needs a pipeline when there is none but these.
Error only_left_out(const ProjectFiles& files);

}  // namespace dvx
