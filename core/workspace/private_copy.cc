#include "core/workspace/private_copy.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <filesystem>
#include <string_view>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

void copy_in_place(const std::string& path) {
  const UniqueFd from = open_file(path, O_RDONLY);
  struct stat status {};
  if (::fstat(from.get(), &status) != 0) throw system_error("stat", path);
  AtomicFile to(path, (status.st_mode & 0777) | 0200, Durability::Relaxed);
  std::array<std::byte, 65536> buffer;
  while (const std::size_t n = read_up_to(from.get(), buffer, path)) {
    to.write({reinterpret_cast<const char*>(buffer.data()), n});
  }
  to.commit();
}

bool leads_into(const std::string& link, const std::string& directory) {
  std::error_code ignored;
  const std::string target = std::filesystem::read_symlink(link, ignored).string();
  return !target.empty() && is_beneath(absolute_path(target, parent_path(link)), directory);
}

}  // namespace

void make_private(const std::string& path, const std::string& store_directory,
                  const std::function<void(const std::string& path)>& on_file) {
  const auto status = stat_if_exists(path);
  if (!status) return;
  if (S_ISDIR(status->st_mode)) {
    for (const std::string& name : names_in_directory(path))
      make_private(join_path(path, name), store_directory, on_file);
    return;
  }
  const bool is_hardlink = S_ISREG(status->st_mode) && status->st_nlink > 1;
  const bool is_symlink = S_ISLNK(status->st_mode) && leads_into(path, store_directory);
  if (!is_hardlink && !is_symlink) return;
  copy_in_place(path);
  if (on_file) on_file(path);
}

}  // namespace dvx
