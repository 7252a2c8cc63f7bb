#include "base/directory.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/file.h"

namespace dvx {

namespace {

struct DirCloser {
  void operator()(DIR* dir) const { ::closedir(dir); }
};

std::vector<DirectoryEntry> list(UniqueFd fd, const std::string& path) {
  const std::unique_ptr<DIR, DirCloser> dir(::fdopendir(fd.get()));
  if (!dir) throw system_error("read directory", path);
  fd.release();
  std::vector<DirectoryEntry> entries;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(dir.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") entries.push_back({std::string(name), entry->d_type});
  }
  if (errno != 0) throw system_error("read directory", path);
  return entries;
}

}  // namespace

std::vector<DirectoryEntry> list_directory(int fd, const std::string& path_for_errors) {
  UniqueFd own(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (!own) throw system_error("read directory", path_for_errors);
  return list(std::move(own), path_for_errors);
}

std::vector<DirectoryEntry> list_directory(const std::string& path) {
  return list(open_file(path, O_RDONLY | O_DIRECTORY), path);
}

std::vector<std::string> names_in_directory(const std::string& path) {
  std::vector<std::string> names;
  if (!exists(path)) return names;
  for (DirectoryEntry& entry : list_directory(path)) names.push_back(std::move(entry.name));
  std::ranges::sort(names);
  return names;
}

}  // namespace dvx
