#include "objects/store/session_directory.h"

#include <dirent.h>

#include <string_view>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

// Held while a session directory is made, and while abandoned ones are looked for.
constexpr const char* kGuard = "lock";
// In each session directory; locked as long as the session lives.
constexpr const char* kOwner = ".owner";

constexpr std::string_view kPrefix = "session";

// Says whether an entry is a session directory, by name and content. `tmp` may hold files of other programs.
bool is_session(const std::string& tmp, const DirectoryEntry& entry) {
  const bool is_named_so = entry.name.starts_with(kPrefix) && entry.name.substr(kPrefix.size(), 1) == "-";
  if (!is_named_so || (entry.type != DT_DIR && entry.type != DT_UNKNOWN)) return false;
  return exists(join_path(join_path(tmp, entry.name), kOwner));
}

void remove_abandoned(const std::string& tmp) {
  for (const DirectoryEntry& entry : list_directory(tmp)) {
    try {
      if (!is_session(tmp, entry)) continue;
      const std::string session = join_path(tmp, entry.name);
      if (FileLock::try_acquire(join_path(session, kOwner), LockMode::Exclusive)) remove_tree(session);
    } catch (const Error&) {
      // The directory belongs to another user or is gone by now. Leaving it costs only space.
    }
  }
}

}  // namespace

SessionDirectory::SessionDirectory(const std::string& tmp)
    : SessionDirectory(tmp, FileLock::acquire(join_path(tmp, kGuard), LockMode::Exclusive)) {}

SessionDirectory::SessionDirectory(const std::string& tmp, const FileLock& guard)
    : directory_((static_cast<void>(guard), remove_abandoned(tmp), tmp), kPrefix),
      lock_(FileLock::acquire(join_path(directory_.path(), kOwner), LockMode::Exclusive)) {}

std::string SessionDirectory::path_of(const std::string& name) const {
  return join_path(directory_.path(), name);
}

}  // namespace dvx
