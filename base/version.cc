#include "base/version.h"

namespace dvx {

const char* dvx_version() {
  return DVX_VERSION;
}

}  // namespace dvx
