#include "cli/ui/shown.h"

namespace dvx {

Shown joined(const std::vector<Shown>& parts, const Shown& separator) {
  Shown all;
  for (const Shown& part : parts) {
    if (!all.empty()) all += separator;
    all += part;
  }
  return all;
}

}  // namespace dvx
