// Measures the floors of the machine: the unavoidable work of a row of the benchmark and nothing else.
//
//   floor walk DIR          walk and stat every file
//   floor hash DIR|FILE     the same, and read and SHA-256 every byte
//   floor pack DIR|FILE OUT the same, and append the bytes to one file with direct I/O, synced once
//   floor create DIR OUT    make every file of DIR again under OUT
//
// Prints the numbers of files and bytes. Two threads share the files, as in dvx.
#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

struct File {
  std::string path;
  std::size_t size;
};

[[noreturn]] void die(const std::string& what) {
  std::perror(what.c_str());
  std::exit(1);
}

void walk(const std::string& path, std::vector<File>& files) {
  DIR* dir = ::opendir(path.c_str());
  if (dir == nullptr) die(path);
  while (const dirent* entry = ::readdir(dir)) {
    if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
    struct stat st {};
    if (::fstatat(::dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) die(entry->d_name);
    const std::string child = path + "/" + entry->d_name;
    if (S_ISDIR(st.st_mode)) {
      walk(child, files);
    } else if (S_ISREG(st.st_mode)) {
      files.push_back({child, static_cast<std::size_t>(st.st_size)});
    }
  }
  ::closedir(dir);
}

std::vector<File> files_of(const std::string& path) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0) die(path);
  if (!S_ISDIR(st.st_mode)) return {{path, static_cast<std::size_t>(st.st_size)}};
  std::vector<File> files;
  walk(path, files);
  return files;
}

constexpr std::size_t kBlock = std::size_t{4} << 20;

// Appends whole aligned blocks. The padding is cut off at the end.
class Appender {
 public:
  explicit Appender(const std::string& path) : path_(path), buffer_(allocate()) {
    fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_DIRECT, 0644);
    if (fd_ < 0) fd_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd_ < 0) die(path);
  }
  void append(const unsigned char* bytes, std::size_t size) {
    const std::lock_guard lock(mutex_);
    total_ += size;
    while (size > 0) {
      const std::size_t n = std::min(size, kBlock - used_);
      std::memcpy(buffer_ + used_, bytes, n);
      used_ += n;
      bytes += n;
      size -= n;
      if (used_ == kBlock) flush();
    }
  }
  void finish() {
    if (used_ > 0) flush();
    if (::ftruncate(fd_, static_cast<off_t>(total_)) != 0 || ::fsync(fd_) != 0) die(path_);
    ::close(fd_);
  }

 private:
  static unsigned char* allocate() { return static_cast<unsigned char*>(std::aligned_alloc(4096, kBlock)); }
  void flush() {
    if (::write(fd_, buffer_, kBlock) != static_cast<ssize_t>(kBlock)) die(path_);
    used_ = 0;
  }
  std::string path_;
  unsigned char* buffer_;
  int fd_ = -1;
  std::size_t used_ = 0, total_ = 0;
  std::mutex mutex_;
};

template <typename Use>
void read_file(const File& file, std::vector<unsigned char>& buffer, Use use) {
  const int fd = ::open(file.path.c_str(), O_RDONLY);
  if (fd < 0) die(file.path);
  for (;;) {
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    if (n < 0) die(file.path);
    if (n == 0) break;
    use(buffer.data(), static_cast<std::size_t>(n));
    if (static_cast<std::size_t>(n) == file.size) break;
  }
  ::close(fd);
}

template <typename Work>
void on_two_threads(const std::vector<File>& files, Work work) {
  std::atomic<std::size_t> next = 0;
  const auto loop = [&] {
    std::vector<unsigned char> buffer(std::size_t{1} << 20);
    for (std::size_t i = next++; i < files.size(); i = next++) work(files[i], buffer);
  };
  std::thread other(loop);
  loop();
  other.join();
}

void hash_files(const std::vector<File>& files, Appender* appender) {
  on_two_threads(files, [&](const File& file, std::vector<unsigned char>& buffer) {
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    thread_local EVP_MD_CTX* const context = EVP_MD_CTX_new();
    EVP_DigestInit_ex2(context, sha256, nullptr);
    read_file(file, buffer, [&](const unsigned char* bytes, std::size_t n) {
      EVP_DigestUpdate(context, bytes, n);
      if (appender != nullptr) appender->append(bytes, n);
    });
    unsigned char digest[32];
    EVP_DigestFinal_ex(context, digest, nullptr);
  });
}

void create_files(const std::vector<File>& files, const std::string& from, const std::string& to) {
  std::vector<std::string> made;
  ::mkdir(to.c_str(), 0755);
  for (const File& file : files) {
    const std::string target = to + file.path.substr(from.size());
    const std::string directory = target.substr(0, target.rfind('/'));
    if (made.empty() || made.back() != directory) {
      made.push_back(directory);
      ::mkdir(directory.c_str(), 0755);
    }
  }
  on_two_threads(files, [&](const File& file, std::vector<unsigned char>& buffer) {
    const std::string target = to + file.path.substr(from.size());
    const int fd = ::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0) die(target);
    read_file(file, buffer, [&](const unsigned char* bytes, std::size_t n) {
      if (::write(fd, bytes, n) != static_cast<ssize_t>(n)) die(target);
    });
    ::close(fd);
  });
}

}  // namespace

int main(int argc, char** argv) {
  const std::string verb = argc > 2 ? argv[1] : "";
  if (verb.empty()) {
    std::fprintf(stderr, "usage: floor walk|hash|pack|create PATH [OUT]\n");
    return 2;
  }
  const std::vector<File> files = files_of(argv[2]);
  std::size_t bytes = 0;
  for (const File& file : files) bytes += file.size;
  if (verb == "hash") {
    hash_files(files, nullptr);
  } else if (verb == "pack" && argc > 3) {
    Appender appender(argv[3]);
    hash_files(files, &appender);
    appender.finish();
  } else if (verb == "create" && argc > 3) {
    create_files(files, argv[2], argv[3]);
  } else if (verb != "walk") {
    return 2;
  }
  std::printf("%zu files, %zu bytes\n", files.size(), bytes);
}
