// Which dvx this is.
#pragma once

namespace dvx {

const char* dvx_version();  // "0.1.0"

}  // namespace dvx
