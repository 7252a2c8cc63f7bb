// Where a run takes place, as its record says it.
#pragma once

#include <string>

namespace dvx {

std::string host_description();  // "host Linux 6.1.0 x86_64"

}  // namespace dvx
