#include "base/sharing.h"

#include <sys/stat.h>

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include "base/beneath.h"
#include "base/path.h"

namespace dvx {

namespace {

constexpr mode_t kGroupDirectory = 02770, kAllDirectory = 02775;

class Heeded {
 public:
  void add(const std::string& directory, SharedWith with) {
    const std::lock_guard lock(mutex_);
    for (auto& [known, how] : directories_) {
      if (known != directory) continue;
      how = with;
      return;
    }
    directories_.emplace_back(directory, with);
    any_ = true;
  }

  SharedWith above(const std::string& path) {
    if (!any_) return SharedWith::Nobody;
    const std::lock_guard lock(mutex_);
    for (const auto& [directory, with] : directories_) {
      if (is_beneath(path, directory)) return with;
    }
    return SharedWith::Nobody;
  }

 private:
  // This is a quick check, because most processes never call heed_sharing().
  std::atomic<bool> any_ = false;
  std::mutex mutex_;  // guards directories_
  std::vector<std::pair<std::string, SharedWith>> directories_;
};

Heeded& heeded() {
  static Heeded all;
  return all;
}

// Gives the group the rights of the owner. With All, others may read what the owner may read.
mode_t file_mode(mode_t mode, SharedWith with) {
  mode_t shared = (mode & 0700) | (mode & 0600) >> 3;
  if (with == SharedWith::All) shared |= (mode & 0400) >> 6;
  return shared;
}

}  // namespace

SharedWith shared_with(const std::string& directory) {
  struct ::stat st {};
  if (::stat(directory.c_str(), &st) != 0 || !S_ISDIR(st.st_mode)) return SharedWith::Nobody;
  if ((st.st_mode & 02020) != 02020) return SharedWith::Nobody;
  return (st.st_mode & 05) == 05 ? SharedWith::All : SharedWith::Group;
}

bool share_directory(const std::string& directory, SharedWith with) {
  if (with == SharedWith::Nobody || shared_with(directory) == with) return true;
  return beneath::change_mode(directory, with == SharedWith::All ? kAllDirectory : kGroupDirectory) == 0;
}

void heed_sharing(const std::string& directory) {
  if (const SharedWith with = shared_with(directory); with != SharedWith::Nobody)
    heeded().add(directory, with);
}

void share_new_file(int fd, const std::string& path) {
  const SharedWith with = heeded().above(path);
  if (with == SharedWith::Nobody) return;
  struct ::stat st {};
  if (::fstat(fd, &st) != 0) return;
  const mode_t now = st.st_mode & 0777, wanted = file_mode(now, with);
  if (now != wanted) static_cast<void>(::fchmod(fd, wanted));
}

void share_new_directory(const std::string& path) {
  if (const SharedWith with = heeded().above(path); with != SharedWith::Nobody)
    static_cast<void>(share_directory(path, with));
}

}  // namespace dvx
