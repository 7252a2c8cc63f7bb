#include "objects/store/session_directory.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/path.h"

namespace dvx {

namespace {

constexpr const char* kGuard = "lock";    // held while a session directory is made, or looked at by a cleaner
constexpr const char* kOwner = ".owner";  // in each session directory, locked as long as its session lives

void remove_abandoned(const std::string& tmp) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(tmp, failed)) {
    if (!entry.is_directory(failed)) continue;
    try {
      if (FileLock::try_acquire(join_path(entry.path().string(), kOwner), LockMode::Exclusive)) {
        remove_tree(entry.path().string());
      }
    } catch (const Error&) {
      // Somebody else's, or gone by now: it costs space and nothing else.
    }
  }
}

}  // namespace

SessionDirectory::SessionDirectory(const std::string& tmp)
    : SessionDirectory(tmp, FileLock::acquire(join_path(tmp, kGuard), LockMode::Exclusive)) {}

SessionDirectory::SessionDirectory(const std::string& tmp, const FileLock& guard)
    : directory_((static_cast<void>(guard), remove_abandoned(tmp), tmp), "session"),
      lock_(FileLock::acquire(join_path(directory_.path(), kOwner), LockMode::Exclusive)) {}

std::string SessionDirectory::path_of(const std::string& name) const {
  return join_path(directory_.path(), name);
}

}  // namespace dvx
