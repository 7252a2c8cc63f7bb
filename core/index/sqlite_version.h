// The SQLite that dvx runs with.
#pragma once

#include <string>

namespace dvx {

std::string sqlite_version();  // "3.40.1"

}  // namespace dvx
