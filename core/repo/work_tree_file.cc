#include "core/repo/work_tree_file.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdio>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

void write_work_tree_file(Repository& repository, const std::string& path, std::string_view bytes) {
  const std::string target = repository.path(path);
  const TemporaryDirectory scratch(repository.temporary_dir(), "write");
  const std::string fresh = join_path(scratch.path(), "file");
  {
    const UniqueFd fd = open_file(fresh, O_WRONLY | O_CREAT | O_EXCL);
    write_all(fd.get(), bytes, path);
    fsync_file(fd.get(), path);
  }
  if (beneath::rename(fresh, target) != 0) {
    if (errno != EXDEV) throw system_error("replace", path);
    return write_file_atomically(target, bytes);  // a file system of its own is mounted here
  }
  fsync_directory(parent_path(target));
}

}  // namespace dvx
