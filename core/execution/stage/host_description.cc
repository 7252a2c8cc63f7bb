#include "core/execution/stage/host_description.h"

#include <fmt/format.h>
#include <sys/utsname.h>

namespace dvx {

std::string host_description() {
  struct utsname name {};
  if (::uname(&name) != 0) return {};
  return fmt::format("{} {} {} {}", name.nodename, name.sysname, name.release, name.machine);
}

}  // namespace dvx
