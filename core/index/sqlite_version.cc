#include "core/index/sqlite_version.h"

#include <sqlite3.h>

namespace dvx {

std::string sqlite_version() {
  return sqlite3_libversion();
}

}  // namespace dvx
