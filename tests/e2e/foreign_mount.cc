// foreign_mount DIRECTORY MOUNTPOINT: shows DIRECTORY at MOUNTPOINT through FUSE, so that dvx finds itself on
// a file system that is not the kernel's own. Runs until it is unmounted.
#define FUSE_USE_VERSION 31

#include <dirent.h>
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>

namespace {

std::string top;

std::string real(const char* path) {
  return top + path;
}

int outcome(long result) {
  return result < 0 ? -errno : static_cast<int>(result);
}

int handle(const fuse_file_info* info) {
  return static_cast<int>(info->fh);
}

int get_attributes(const char* path, struct stat* st, fuse_file_info*) {
  return outcome(::lstat(real(path).c_str(), st));
}

int list(const char* path, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info*, fuse_readdir_flags) {
  DIR* directory = ::opendir(real(path).c_str());
  if (directory == nullptr) return -errno;
  while (const dirent* entry = ::readdir(directory))
    fill(buffer, entry->d_name, nullptr, 0, fuse_fill_dir_flags{});
  ::closedir(directory);
  return 0;
}

int open_file(const char* path, fuse_file_info* info) {
  const int fd = ::open(real(path).c_str(), info->flags & ~O_DIRECT);
  if (fd < 0) return -errno;
  info->fh = static_cast<std::uint64_t>(fd);
  return 0;
}

int create_file(const char* path, mode_t mode, fuse_file_info* info) {
  const int fd = ::open(real(path).c_str(), (info->flags & ~O_DIRECT) | O_CREAT, mode);
  if (fd < 0) return -errno;
  info->fh = static_cast<std::uint64_t>(fd);
  return 0;
}

int read_file(const char*, char* bytes, size_t length, off_t offset, fuse_file_info* info) {
  return outcome(::pread(handle(info), bytes, length, offset));
}

int write_file(const char*, const char* bytes, size_t length, off_t offset, fuse_file_info* info) {
  return outcome(::pwrite(handle(info), bytes, length, offset));
}

int sync_file(const char*, int, fuse_file_info* info) {
  return outcome(::fsync(handle(info)));
}

int close_file(const char*, fuse_file_info* info) {
  return outcome(::close(handle(info)));
}

int read_link(const char* path, char* target, size_t size) {
  const ssize_t length = ::readlink(real(path).c_str(), target, size - 1);
  if (length < 0) return -errno;
  target[length] = '\0';
  return 0;
}

int set_times(const char* path, const struct timespec times[2], fuse_file_info*) {
  return outcome(::utimensat(AT_FDCWD, real(path).c_str(), times, AT_SYMLINK_NOFOLLOW));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("foreign_mount DIRECTORY MOUNTPOINT\n", stderr);
    return 2;
  }
  top = argv[1];
  ::umask(0);
  fuse_operations operations{};
  operations.getattr = get_attributes;
  operations.readdir = list;
  operations.open = open_file;
  operations.create = create_file;
  operations.read = read_file;
  operations.write = write_file;
  operations.fsync = sync_file;
  operations.release = close_file;
  operations.readlink = read_link;
  operations.utimens = set_times;
  operations.mkdir = [](const char* path, mode_t mode) { return outcome(::mkdir(real(path).c_str(), mode)); };
  operations.unlink = [](const char* path) { return outcome(::unlink(real(path).c_str())); };
  operations.rmdir = [](const char* path) { return outcome(::rmdir(real(path).c_str())); };
  operations.symlink = [](const char* target, const char* path) {
    return outcome(::symlink(target, real(path).c_str()));
  };
  operations.link = [](const char* from, const char* to) {
    return outcome(::link(real(from).c_str(), real(to).c_str()));
  };
  operations.rename = [](const char* from, const char* to, unsigned flags) {
    return outcome(::renameat2(AT_FDCWD, real(from).c_str(), AT_FDCWD, real(to).c_str(), flags));
  };
  operations.chmod = [](const char* path, mode_t mode, fuse_file_info*) {
    return outcome(::chmod(real(path).c_str(), mode));
  };
  operations.truncate = [](const char* path, off_t size, fuse_file_info*) {
    return outcome(::truncate(real(path).c_str(), size));
  };
  operations.statfs = [](const char* path, struct statvfs* disk) {
    return outcome(::statvfs(real(path).c_str(), disk));
  };
  std::string foreground = "-f", options = "-o",
              values = "default_permissions,attr_timeout=0,entry_timeout=0";
  char* arguments[] = {argv[0], foreground.data(), options.data(), values.data(), argv[2], nullptr};
  return fuse_main(5, arguments, &operations, nullptr);
}
