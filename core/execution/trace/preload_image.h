// The library of preload.cc as bytes, so that dvx needs no second file beside it.
#pragma once

#include <string_view>

namespace dvx {

std::string_view preload_image();

}  // namespace dvx
