// What lies in the output directory of an `each` stage and is the output of no input. It would come and go
// with what was run last, so it is no part of what the stage makes.
#pragma once

#include <string>
#include <vector>

#include "core/repo/repository.h"

namespace dvx {

// `outputs`, sorted, lie beneath `directory`; paths are from the root. Gives what was removed, sorted: files,
// and directories with no output in them. An absent directory has nothing.
std::vector<std::string> remove_foreign_files(Repository& repository, const std::vector<std::string>& outputs,
                                              const std::string& directory);

}  // namespace dvx
