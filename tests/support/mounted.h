// File systems mounted for one test: a small tmpfs to fill, an XFS image to reflink on. Only root can; tests
// that need one ask mounted() and skip visibly.
#pragma once

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"

namespace dvx {

class MountedTmpfs {
 public:
  MountedTmpfs(std::string directory, const std::string& size) : directory_(std::move(directory)) {
    make_directories(directory_);
    mounted_ = ::mount("tmpfs", directory_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  MountedTmpfs(const MountedTmpfs&) = delete;
  MountedTmpfs& operator=(const MountedTmpfs&) = delete;
  ~MountedTmpfs() {
    if (mounted_) ::umount2(directory_.c_str(), MNT_DETACH);
  }
  bool mounted() const { return mounted_; }
  const std::string& path() const { return directory_; }

 private:
  std::string directory_;
  bool mounted_ = false;
};

class MountedXfs {
 public:
  explicit MountedXfs(const std::string& directory) : directory_(join_path(directory, "mnt")) {
    make_directories(directory_);
    const std::string image = join_path(directory, "xfs.img");
    open_file(image, O_RDWR | O_CREAT);
    if (::truncate(image.c_str(), off_t{400} << 20) != 0) return;
    try {
      mounted_ = run_process({"mkfs.xfs", "-q", "-m", "reflink=1", image}).ok() &&
                 run_process({"mount", "-o", "loop", image, directory_}).ok();
    } catch (const Error&) {
      mounted_ = false;  // no such program
    }
  }
  MountedXfs(const MountedXfs&) = delete;
  MountedXfs& operator=(const MountedXfs&) = delete;
  ~MountedXfs() {
    if (mounted_) run_process({"umount", directory_});
  }
  bool mounted() const { return mounted_; }
  const std::string& path() const { return directory_; }

 private:
  std::string directory_;
  bool mounted_ = false;
};

}  // namespace dvx
