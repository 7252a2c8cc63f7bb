#include "core/workspace/writable_for_now.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"

namespace dvx {

void WritableForNow::open(const std::string& directory) {
  if (beneath::access(directory, W_OK) == 0) return;
  struct ::stat st {};
  if (beneath::stat(directory, st) != 0 || !S_ISDIR(st.st_mode)) return;
  const mode_t mode = st.st_mode & 07777;
  if (beneath::change_mode(directory, mode | S_IRWXU) == 0) modes_.emplace_back(directory, mode);
}

WritableForNow::~WritableForNow() {
  for (auto changed = modes_.rbegin(); changed != modes_.rend(); ++changed) {
    static_cast<void>(beneath::change_mode(changed->first, changed->second));
  }
}

}  // namespace dvx
