// Puts what was made elsewhere into its place.
#pragma once

#include <string>

namespace dvx {

// `from` (a file or a directory, both absolute) becomes `to`, whatever stood there before: in one step where
// the file system can, so that a kill leaves the old or the new one. What was at `to` is at `from` then, or
// gone. Onto another file system it is copied beside `to` first. Throws Error{Io}.
void move_output(const std::string& from, const std::string& to);

}  // namespace dvx
