#include "core/git/dead_locks.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace dvx {

namespace {

constexpr long kZfs = 0x2fc12fc1, kXfs = 0x58465342;  // not in every linux/magic.h

bool is_local(const std::string& path) {
  constexpr std::array<long, 7> kLocal = {EXT4_SUPER_MAGIC, kXfs, BTRFS_SUPER_MAGIC,    F2FS_SUPER_MAGIC,
                                          TMPFS_MAGIC,      kZfs, OVERLAYFS_SUPER_MAGIC};
  struct ::statfs info {};
  return ::statfs(path.c_str(), &info) == 0 && std::ranges::find(kLocal, info.f_type) != kLocal.end();
}

bool is_dead(const std::string& lock, std::time_t boot) {
  struct ::stat st {};
  return ::lstat(lock.c_str(), &st) == 0 && S_ISREG(st.st_mode) && st.st_mtim.tv_sec < boot && is_local(lock);
}

}  // namespace

std::time_t boot_time() {
  struct timespec now {
  }, running{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  ::clock_gettime(CLOCK_BOOTTIME, &running);
  return now.tv_sec - running.tv_sec - 1;  // the parts of seconds
}

std::vector<std::string> remove_dead_locks(const std::vector<std::string>& locks, std::time_t boot) {
  std::vector<std::string> removed;
  for (const std::string& lock : locks) {
    if (is_dead(lock, boot) && ::unlink(lock.c_str()) == 0) removed.push_back(lock);
  }
  return removed;
}

}  // namespace dvx
