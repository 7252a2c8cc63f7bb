#include "objects/pack/sequential_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/thread_start.h"

namespace dvx {

namespace {

constexpr std::size_t kAlignment = 4096;
constexpr std::size_t kBufferSize = std::size_t{4} << 20;

struct AlignedBuffer {
  AlignedBuffer() : bytes(static_cast<std::byte*>(std::aligned_alloc(kAlignment, kBufferSize))) {
    if (bytes == nullptr) throw Error(ErrorKind::Io, "not enough memory to write");
  }
  AlignedBuffer(const AlignedBuffer&) = delete;
  AlignedBuffer& operator=(const AlignedBuffer&) = delete;
  ~AlignedBuffer() { std::free(bytes); }

  std::byte* bytes;
};

}  // namespace

struct SequentialFile::State {
  std::string path;
  UniqueFd fd;
  // The number of bytes appended.
  std::uint64_t size = 0;
  // The number of bytes handed to the kernel. It grows by whole buffers until finish().
  std::uint64_t written = 0;
  // The number of bytes in the buffer that is being filled.
  std::size_t filled = 0;
  // The number of that buffer.
  std::size_t current = 0;
  bool direct = false, done = false;
  std::array<std::unique_ptr<AlignedBuffer>, 2> buffers;

  // While `pending` is set, the thread is using the other buffer.
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<std::size_t> pending;
  std::exception_ptr failure;
  bool closing = false;
  std::jthread thread;

  void write_out(const std::byte* bytes, std::size_t length);
  void hand_over();
  void wait_until_written();
  void run();
  ~State();
};

SequentialFile::State::~State() {
  {
    const std::lock_guard lock(mutex);
    closing = true;
  }
  changed.notify_all();
  if (thread.joinable()) thread.join();
  if (!done) beneath::remove_file(path);
}

void SequentialFile::State::write_out(const std::byte* bytes, std::size_t length) {
  while (length > 0) {
    const ssize_t n = ::pwrite(fd.get(), bytes, length, static_cast<off_t>(written));
    if (n < 0 && errno == EINTR) continue;
    // The file system accepted the flag O_DIRECT but not the write.
    if (n < 0 && errno == EINVAL && direct) {
      direct = false;
      ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) & ~O_DIRECT);
      continue;
    }
    if (n < 0) throw system_error("write", path);
    bytes += n;
    length -= static_cast<std::size_t>(n);
    written += static_cast<std::uint64_t>(n);
  }
}

void SequentialFile::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return closing || pending; });
    if (!pending) return;
    const std::size_t which = *pending;
    lock.unlock();
    std::exception_ptr error;
    try {
      write_out(buffers[which]->bytes, kBufferSize);
    } catch (...) {
      error = std::current_exception();
    }
    lock.lock();
    if (error) failure = error;
    pending.reset();
    changed.notify_all();
  }
}

void SequentialFile::State::wait_until_written() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [this] { return !pending; });
  if (failure) std::rethrow_exception(failure);
}

void SequentialFile::State::hand_over() {
  if (!thread.joinable()) {
    direct = ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_DIRECT) == 0;
    thread = start_thread_if_possible([this] { run(); });
  }
  if (!thread.joinable()) {
    write_out(buffers[current]->bytes, kBufferSize);
    filled = 0;
    return;
  }
  wait_until_written();
  {
    const std::lock_guard lock(mutex);
    pending = current;
  }
  changed.notify_all();
  current = 1 - current;
  filled = 0;
}

SequentialFile::SequentialFile(std::string path) : state_(std::make_unique<State>()) {
  state_->fd = open_file(path, O_RDWR | O_CREAT | O_EXCL, 0444);
  state_->path = std::move(path);
}

SequentialFile::~SequentialFile() = default;

std::uint64_t SequentialFile::size() const {
  return state_->size;
}

void SequentialFile::append(std::span<const std::byte> bytes) {
  State& s = *state_;
  s.size += bytes.size();
  while (!bytes.empty()) {
    if (!s.buffers[s.current]) s.buffers[s.current] = std::make_unique<AlignedBuffer>();
    const std::size_t n = std::min(bytes.size(), kBufferSize - s.filled);
    std::memcpy(s.buffers[s.current]->bytes + s.filled, bytes.data(), n);
    s.filled += n;
    bytes = bytes.subspan(n);
    if (s.filled == kBufferSize) s.hand_over();
  }
}

void SequentialFile::finish(Durability durability) {
  State& s = *state_;
  s.wait_until_written();
  if (s.filled > 0) {
    std::size_t length = s.filled;
    // Direct I/O writes whole blocks only; ftruncate below cuts off the padding.
    if (s.direct) {
      length = (s.filled + kAlignment - 1) / kAlignment * kAlignment;
      std::memset(s.buffers[s.current]->bytes + s.filled, 0, length - s.filled);
    }
    s.write_out(s.buffers[s.current]->bytes, length);
    s.filled = 0;
  }
  if (s.written != s.size && ::ftruncate(s.fd.get(), static_cast<off_t>(s.size)) != 0)
    throw system_error("write", s.path);
  if (durability == Durability::Synced) fsync_file(s.fd.get(), s.path);
  s.done = true;
}

}  // namespace dvx
