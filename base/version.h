// The version of this dvx.
#pragma once

namespace dvx {

// Returns "0.1.0" or the like.
const char* dvx_version();

}  // namespace dvx
