#include "objects/store/store_access.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sharing.h"
#include "objects/store/store_impl.h"

namespace dvx {

void share_store_with(ObjectStore& store, SharedWith with) {
  store.impl().shared = with;
}

namespace {

std::string user_name(uid_t id) {
  std::array<char, 4096> buffer;
  struct ::passwd entry {};
  struct ::passwd* found = nullptr;
  ::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? fmt::format("user {}", id) : fmt::format("'{}'", entry.pw_name);
}

std::string group_name(gid_t id) {
  std::array<char, 4096> buffer;
  struct ::group entry {};
  struct ::group* found = nullptr;
  ::getgrgid_r(id, &entry, buffer.data(), buffer.size(), &found);
  return found == nullptr ? fmt::format("group {}", id) : fmt::format("group '{}'", entry.gr_name);
}

}  // namespace

std::string sharing_commands(const std::string& store_directory, SharedWith with) {
  const std::string store = paste_quote(store_directory);
  return fmt::format("chgrp -R GROUP {0} && chmod -R g=u,{1} {0} && find {0} -type d -exec chmod g+s {{}} +",
                     store, with == SharedWith::All ? "o+rX" : "o=");
}

namespace {

class FaultSearch {
 public:
  explicit FaultSearch(const std::string& store) : store_(store), group_(group_of(store)) {}

  SharingFaults run() {
    look_into("");
    return std::move(faults_);
  }

 private:
  static gid_t group_of(const std::string& store) {
    const auto st = stat_if_exists(store);
    return st ? st->st_gid : 0;
  }

  void look_into(const std::string& directory) {
    try {
      for (const std::string& name : names_in_directory(join_path(store_, directory)))
        look_at(join_path(directory, name));
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::Io && e.kind() != ErrorKind::NotFound) throw;
      note(directory);
    }
  }

  void look_at(const std::string& path) {
    const auto st = stat_if_exists(join_path(store_, path));
    if (!st) return;
    ++faults_.seen;
    const bool is_directory = S_ISDIR(st->st_mode);
    const mode_t needed = is_directory ? 02070 : (st->st_mode & 0600) >> 3;
    if (st->st_gid != group_ || (st->st_mode & needed) != needed) note(path);
    if (is_directory) look_into(path);
  }

  void note(const std::string& path) {
    if (faults_.count++ == 0) faults_.first = path;
  }

  const std::string& store_;
  const gid_t group_;
  SharingFaults faults_;
};

}  // namespace

SharingFaults find_sharing_faults(const std::string& store_directory) {
  return FaultSearch(store_directory).run();
}

namespace {

void require_access(const std::string& directory, int how, std::string_view what,
                    const std::string& store_directory) {
  if (beneath::access(directory, how) == 0 || errno != EACCES) return;
  struct ::stat st {};
  if (::stat(directory.c_str(), &st) != 0) throw system_error("look at", directory);
  const bool shared = shared_with(store_directory) != SharedWith::Nobody;
  throw Error(ErrorKind::Io,
              fmt::format("you may not {} the store: '{}' belongs to {} and {}, with mode {:04o}", what,
                          directory, user_name(st.st_uid), group_name(st.st_gid), st.st_mode & 07777),
              shared ? "become a member of its group, or ask its owner to run: dvx doctor"
                     : "its owner: dvx config core.shared group && " +
                           sharing_commands(store_directory, SharedWith::Group),
              directory);
}

}  // namespace

void require_writable(const std::string& directory, const std::string& store_directory) {
  require_access(directory, W_OK | X_OK, "write to", store_directory);
}

void require_readable(const std::string& store_directory) {
  require_access(store_directory, R_OK | X_OK, "use", store_directory);
}

}  // namespace dvx
