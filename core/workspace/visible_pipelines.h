// Which of the dvx.yaml files that git has are part of the project.
#pragma once

#include <string>
#include <vector>

#include "core/formats/pipeline/pipeline_reading.h"

namespace dvx {

// Of `files` (from the root), those that neither a .dvxignore nor another dvx project inside hides; the one
// of the root first, then sorted. `read` gives texts of the same state as `files`.
std::vector<std::string> visible_pipelines(std::vector<std::string> files, const ReadText& read);

// Whether a .dvxignore hides this file, or a directory above it.
bool is_hidden_by_dvxignore(const std::string& file, const ReadText& read);

}  // namespace dvx
