// Whether somebody may be at work in a git repository, as far as this machine knows.
#pragma once

#include <string>
#include <vector>

namespace dvx {

// A process called git that is in one of these directories, names one of them, or cannot be looked at. A git
// in another container, or on another machine, is not seen.
bool is_git_at_work_in(const std::vector<std::string>& directories);

// Whether any process of this machine has the file open, in whatever container. Yes when that cannot be told.
bool is_open_elsewhere(const std::string& path);

}  // namespace dvx
