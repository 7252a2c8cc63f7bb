#include "core/repo/store_sharing.h"

#include <fmt/format.h>

#include "base/error.h"

namespace dvx {

SharedWith store_sharing(const Config& config) {
  const std::string value = config.get_or("core.shared", "false");
  if (value == "group") return SharedWith::Group;
  if (value == "all") return SharedWith::All;
  if (value == "false") return SharedWith::Nobody;
  throw Error(ErrorKind::Config,
              fmt::format("setting 'core.shared' is '{}': must be group, all or false", value),
              "dvx config core.shared group");
}

}  // namespace dvx
