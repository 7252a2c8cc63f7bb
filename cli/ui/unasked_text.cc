#include "cli/ui/unasked_text.h"

namespace dvx {

Shown unasked_lines(const std::vector<std::vector<Unasked>>& by_stage) {
  return Shown::lines(unasked_text(by_stage));
}

}  // namespace dvx
