// The versions of the libraries that the object store uses at run time.
#pragma once

#include <string>

namespace dvx {

std::string zstd_version();     // "1.5.4"
std::string openssl_version();  // "3.0.11"

}  // namespace dvx
