// Small files of dvx's own in the work tree: pointers, the lock, .gitignore, dvx.yaml.
//
// As write_file_atomically, but what a kill leaves behind is in .dvx/tmp and not beside the user's files.
#pragma once

#include <string>
#include <string_view>

#include "core/repo/repository.h"

namespace dvx {

// `path` is from the root. Old or new content after a crash, durable on return. Throws Error{Io}.
void write_work_tree_file(Repository& repository, const std::string& path, std::string_view bytes);

}  // namespace dvx
