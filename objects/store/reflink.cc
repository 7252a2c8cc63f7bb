#include "objects/store/reflink.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#include <cerrno>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

bool clone_file(int from_fd, int to_fd) {
  int result = 0;
  do {
    result = ::ioctl(to_fd, FICLONE, from_fd);
  } while (result != 0 && errno == EINTR);
  return result == 0;
}

bool reflink_works(const std::string& from_directory, const std::string& to_directory) {
  try {
    const TemporaryDirectory from(from_directory, ".dvx-probe"), to(to_directory, ".dvx-probe");
    const UniqueFd source = open_file(join_path(from.path(), "a"), O_RDWR | O_CREAT | O_EXCL);
    const UniqueFd target = open_file(join_path(to.path(), "b"), O_RDWR | O_CREAT | O_EXCL);
    // The file is larger than a block, because some file systems keep smaller files inside the inode, and the
    // result would be true of those only.
    write_all(source.get(), std::string(8192, 'x'), from.path());
    return clone_file(source.get(), target.get());
  } catch (const Error&) {
    return false;
  }
}

}  // namespace dvx
