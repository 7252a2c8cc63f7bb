// A disk that records its history: a single file to be placed beneath a loop device. All writes and flushes
// are recorded in order.
//
//   recorded_disk IMAGE LOG MOUNT_POINT
//
// MOUNT_POINT/disk has the size and the initial content of IMAGE. Every write goes to IMAGE and to LOG. Data
// written to MOUNT_POINT/mark goes to LOG only; with it the workload records what was reported safe. The
// program runs in the foreground until it is unmounted.
//
// LOG is little-endian. Its records consist of kind (1: 'W' write, 'F' flush, 'M' mark), offset (8), length
// (8), and length bytes. One thread serves all requests, so the order in LOG is the order in which the disk
// completed them. A flush makes everything before it durable and promises nothing about later writes.
#define FUSE_USE_VERSION 31
#include <fcntl.h>
#include <fuse3/fuse.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

constexpr const char* kDisk = "/disk";
constexpr const char* kMark = "/mark";

int image = -1, log_fd = -1;
off_t image_size = 0;

bool write_fully(int fd, const char* bytes, size_t length) {
  while (length > 0) {
    const ssize_t n = ::write(fd, bytes, length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes += n;
    length -= static_cast<size_t>(n);
  }
  return true;
}

// Each record is written by one call, so that a reader of LOG never sees half of one.
bool record(char kind, off_t offset, const char* bytes, size_t length) {
  std::string text(1 + 16 + length, '\0');
  text[0] = kind;
  const auto at = static_cast<std::uint64_t>(offset), count = static_cast<std::uint64_t>(length);
  std::memcpy(&text[1], &at, 8);
  std::memcpy(&text[9], &count, 8);
  if (length > 0) std::memcpy(&text[17], bytes, length);
  return write_fully(log_fd, text.data(), text.size());
}

int get_attributes(const char* path, struct stat* st, fuse_file_info*) {
  *st = {};
  if (std::strcmp(path, "/") == 0) {
    st->st_mode = S_IFDIR | 0700;
    st->st_nlink = 2;
    return 0;
  }
  if (std::strcmp(path, kDisk) != 0 && std::strcmp(path, kMark) != 0) return -ENOENT;
  st->st_mode = S_IFREG | 0600;
  st->st_nlink = 1;
  st->st_size = std::strcmp(path, kDisk) == 0 ? image_size : 0;
  return 0;
}

int list(const char*, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info*, fuse_readdir_flags) {
  for (const char* name : {".", "..", "disk", "mark"}) fill(buffer, name, nullptr, 0, fuse_fill_dir_flags{});
  return 0;
}

int open_file(const char* path, fuse_file_info* info) {
  info->fh = std::strcmp(path, kMark) == 0 ? 1 : 0;
  // Every write of the loop device comes here at once and is cached nowhere else.
  info->direct_io = 1;
  return 0;
}

int read_file(const char*, char* bytes, size_t length, off_t offset, fuse_file_info* info) {
  if (info->fh == 1) return 0;
  const ssize_t n = ::pread(image, bytes, length, offset);
  return n < 0 ? -errno : static_cast<int>(n);
}

int write_file(const char*, const char* bytes, size_t length, off_t offset, fuse_file_info* info) {
  if (info->fh == 1) return record('M', 0, bytes, length) ? static_cast<int>(length) : -EIO;
  if (!record('W', offset, bytes, length)) return -EIO;
  const ssize_t n = ::pwrite(image, bytes, length, offset);
  return n < 0 ? -errno : static_cast<int>(n);
}

int sync_file(const char*, int, fuse_file_info* info) {
  return info->fh == 1 || record('F', 0, nullptr, 0) ? 0 : -EIO;
}

int truncate_file(const char* path, off_t, fuse_file_info*) {
  return std::strcmp(path, kMark) == 0 ? 0 : -EPERM;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: recorded_disk IMAGE LOG MOUNT_POINT\n");
    return 2;
  }
  image = ::open(argv[1], O_RDWR | O_CLOEXEC);
  log_fd = ::open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  struct stat st {};
  if (image < 0 || log_fd < 0 || ::fstat(image, &st) != 0) {
    std::perror("recorded_disk");
    return 1;
  }
  image_size = st.st_size;
  fuse_operations operations{};
  operations.getattr = get_attributes;
  operations.readdir = list;
  operations.open = open_file;
  operations.read = read_file;
  operations.write = write_file;
  operations.fsync = sync_file;
  operations.truncate = truncate_file;
  char foreground[] = "-f", one_thread[] = "-s";
  char* arguments[] = {argv[0], foreground, one_thread, argv[3], nullptr};
  return fuse_main(4, arguments, &operations, nullptr);
}
