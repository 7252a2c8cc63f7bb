#include "objects/backend/backend_errors.h"

#include <fmt/format.h>

namespace dvx {

Error absent_name(const std::string& url, const std::string& name) {
  return Error(ErrorKind::NotFound, fmt::format("no '{}' on remote '{}'", name, url), {}, name);
}

Error range_past_end(const std::string& url, const std::string& name) {
  return Error(ErrorKind::Corruption,
               fmt::format("'{}' on remote '{}' is shorter than it must be", name, url), {}, name);
}

Error wrong_source_size(const std::string& name, std::uint64_t size) {
  return Error(ErrorKind::Internal,
               fmt::format("what was to be sent as '{}' is not {} bytes long", name, size));
}

}  // namespace dvx
