#include "core/git/dead_locks.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <tuple>

#include "base/unique_fd.h"
#include "core/git/git_at_work.h"
#include "core/git/living_git.h"

namespace dvx {

namespace {

constexpr long kZfs = 0x2fc12fc1, kXfs = 0x58465342;  // not in every linux/magic.h

bool is_local(const std::string& path) {
  constexpr std::array<long, 7> kLocal = {EXT4_SUPER_MAGIC, kXfs, BTRFS_SUPER_MAGIC,    F2FS_SUPER_MAGIC,
                                          TMPFS_MAGIC,      kZfs, OVERLAYFS_SUPER_MAGIC};
  struct ::statfs info {};
  return ::statfs(path.c_str(), &info) == 0 && std::ranges::find(kLocal, info.f_type) != kLocal.end();
}

constexpr std::time_t kLeftAlone = 2;  // seconds

std::optional<struct ::stat> lock_at(const std::string& path) {
  struct ::stat st {};
  if (::lstat(path.c_str(), &st) != 0 || !S_ISREG(st.st_mode)) return std::nullopt;
  return st;
}

bool is_later(const timespec& a, const timespec& b) {
  return std::tuple(a.tv_sec, a.tv_nsec) >= std::tuple(b.tv_sec, b.tv_nsec);
}

// Whether a lock looks as if its holder were dead, which counts when no living holder is seen.
bool looks_dead(const struct ::stat& lock, const NotedGit& noted) {
  if (noted.dead_since && is_later(lock.st_mtim, *noted.dead_since)) return true;
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return lock.st_size == 0 && now.tv_sec - lock.st_mtim.tv_sec > kLeftAlone;
}

bool remove_if_same(const std::string& path, const struct ::stat& examined) {
  const auto now = lock_at(path);
  const bool is_same = now && now->st_ino == examined.st_ino && now->st_dev == examined.st_dev &&
                       now->st_mtim.tv_sec == examined.st_mtim.tv_sec &&
                       now->st_mtim.tv_nsec == examined.st_mtim.tv_nsec;
  return is_same && ::unlink(path.c_str()) == 0;
}

// One dvx at a time: else one would remove the lock of the git that another has started since.
UniqueFd hold_examination(const std::string& git_dir) {
  UniqueFd fd(::open(git_dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd && ::flock(fd.get(), LOCK_EX) != 0) fd.reset();
  return fd;
}

}  // namespace

std::time_t boot_time() {
  struct timespec now {
  }, running{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  ::clock_gettime(CLOCK_BOOTTIME, &running);
  return now.tv_sec - running.tv_sec - 1;  // the parts of seconds
}

std::vector<std::string> remove_dead_locks(const GitPlaces& places, std::time_t boot) {
  std::vector<std::string> removed;
  const bool has_any =
      std::ranges::any_of(places.locks, [](const std::string& lock) { return lock_at(lock).has_value(); });
  const UniqueFd held = hold_examination(places.git_dir);
  if (!held) return removed;
  const NotedGit noted = read_git_notes(places.git_dir);
  std::optional<bool> is_somebody_at_work;  // asked once, and only when it matters
  for (const std::string& lock : has_any ? places.locks : std::vector<std::string>{}) {
    const auto examined = lock_at(lock);
    if (!examined || !is_local(lock)) continue;
    const bool is_older = examined->st_mtim.tv_sec < boot;
    if (!is_older) {
      if (noted.is_alive || !looks_dead(*examined, noted) || is_open_elsewhere(lock)) continue;
      if (!is_somebody_at_work) is_somebody_at_work = is_git_at_work_in(places.directories);
      if (*is_somebody_at_work) continue;
    }
    if (remove_if_same(lock, *examined)) removed.push_back(lock);
  }
  // A note is of use as long as a lock may have come after it.
  const bool has_some_left =
      std::ranges::any_of(places.locks, [](const std::string& lock) { return lock_at(lock).has_value(); });
  if (!has_some_left) {
    for (const std::string& note : noted.dead_notes) ::unlink(note.c_str());
  }
  return removed;
}

}  // namespace dvx
