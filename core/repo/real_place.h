// Where a path really leads.
#pragma once

#include <string>

namespace dvx {

// realpath(3) of the deepest part of an absolute path that exists, with the rest behind it.
std::string real_place(const std::string& path);

}  // namespace dvx
