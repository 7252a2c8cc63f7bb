#include "core/repo/real_place.h"

#include <stdlib.h>

#include <memory>

#include "base/path.h"

namespace dvx {

std::string real_place(const std::string& path) {
  const std::unique_ptr<char, decltype(&::free)> real(::realpath(path.c_str(), nullptr), &::free);
  if (real) return real.get();
  const std::string parent = parent_path(path);
  return parent == path || parent.empty() ? path : join_path(real_place(parent), file_name(path));
}

}  // namespace dvx
