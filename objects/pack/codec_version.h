// The libraries below the object store that dvx runs with.
#pragma once

#include <string>

namespace dvx {

std::string zstd_version();     // "1.5.4"
std::string openssl_version();  // "3.0.11"

}  // namespace dvx
