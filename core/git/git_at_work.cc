#include "core/git/git_at_work.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <tuple>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

constexpr std::string_view kPrefix = "dvx-git-";

int inherit(void* fd) {
  return ::fcntl(*static_cast<const int*>(fd), F_SETFD, 0) == 0 ? 0 : errno;
}

// By the clock of the file system, as the times of git's lock files are.
std::string begin_text(const struct ::stat& note) {
  return fmt::format("{}.{:09}\n", note.st_mtim.tv_sec, note.st_mtim.tv_nsec);
}

std::optional<timespec> read_begin(int fd) {
  char text[64] = {};
  if (::pread(fd, text, sizeof text - 1, 0) <= 0) return std::nullopt;
  long long seconds = 0;
  long nanoseconds = 0;
  if (std::sscanf(text, "%lld.%9ld", &seconds, &nanoseconds) != 2) return std::nullopt;
  timespec begin{};
  begin.tv_sec = static_cast<std::time_t>(seconds);
  begin.tv_nsec = nanoseconds;
  return begin;
}

}  // namespace

// The file gets its name when it is locked and written, so that nobody ever sees one that is not. The name is
// its number, which no other file has; that of a process would be another's in another container.
GitAtWork::GitAtWork(const std::string& git_dir) {
  UniqueFd fd(beneath::open(git_dir, O_TMPFILE | O_RDWR, 0600));
  struct ::stat st {};
  if (!fd || ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 || ::fstat(fd.get(), &st) != 0) return;
  const std::string begin = begin_text(st);
  if (::pwrite(fd.get(), begin.data(), begin.size(), 0) != static_cast<ssize_t>(begin.size())) return;
  std::string path = join_path(git_dir, fmt::format("{}{}", kPrefix, st.st_ino));
  const std::string itself = fmt::format("/proc/self/fd/{}", fd.get());
  if (::linkat(AT_FDCWD, itself.c_str(), AT_FDCWD, path.c_str(), AT_SYMLINK_FOLLOW) != 0) return;
  fd_ = std::move(fd);
  held_ = fd_.get();
  path_ = std::move(path);
}

GitAtWork::~GitAtWork() {
  if (!path_.empty()) beneath::remove_file(path_);
}

BeforeExec GitAtWork::hold_in_child() {
  if (path_.empty()) return {};
  return {.call = inherit, .context = &held_};
}

NotedGit read_git_notes(const std::string& git_dir) {
  NotedGit noted;
  for (const std::string& name : names_in_directory(git_dir)) {
    if (!name.starts_with(kPrefix)) continue;
    const std::string path = join_path(git_dir, name);
    const UniqueFd fd(beneath::open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
    if (!fd) continue;  // it has ended meanwhile
    if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
      noted.is_alive = true;
      continue;
    }
    noted.dead_notes.push_back(path);
    const auto begin = read_begin(fd.get());
    if (!begin) continue;
    const auto order = [](const timespec& t) { return std::tuple(t.tv_sec, t.tv_nsec); };
    if (!noted.dead_since || order(*begin) < order(*noted.dead_since)) noted.dead_since = begin;
  }
  return noted;
}

}  // namespace dvx
