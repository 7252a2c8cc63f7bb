// With whom a repository shares its store: core.shared.
#pragma once

#include "base/sharing.h"
#include "core/repo/config.h"

namespace dvx {

SharedWith store_sharing(const Config& config);  // Config for a value that is none

}  // namespace dvx
