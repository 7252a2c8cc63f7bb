#include "objects/store/block_reader.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/thread_start.h"

namespace dvx {

namespace {
constexpr std::size_t kAlignment = 4096;
constexpr std::size_t kAhead = 3;  // blocks read before they are asked for
}  // namespace

Block::Block() : memory_(static_cast<std::byte*>(std::aligned_alloc(kAlignment, kRoom + kSize))) {
  static_assert(kRoom % kAlignment == 0 && kSize % kAlignment == 0);
  if (memory_ == nullptr) throw Error(ErrorKind::Io, "not enough memory to read");
}

Block::~Block() {
  std::free(memory_);
}

void Block::prepend(std::span<const std::byte> bytes) {
  begin_ -= bytes.size();
  if (!bytes.empty()) std::memcpy(memory_ + begin_, bytes.data(), bytes.size());
}

std::shared_ptr<Block> BlockPool::acquire() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [this] { return !free_.empty() || made_ < count_; });
  std::unique_ptr<Block> block;
  if (free_.empty()) {
    block = std::make_unique<Block>();
    ++made_;
  } else {
    block = std::move(free_.back());
    free_.pop_back();
  }
  return std::shared_ptr<Block>(block.release(), [this](Block* returned) {
    const std::lock_guard guard(mutex_);
    free_.emplace_back(returned);
    freed_.notify_one();
  });
}

BlockReader::BlockReader(int fd, std::string path, BlockPool& pool)
    : fd_(fd), path_(std::move(path)), pool_(pool) {
  // Opening through /proc gives the same file, whatever its name refers to by now. When direct I/O is not
  // possible, the file is read through the page cache.
  direct_ = UniqueFd(::open(fmt::format("/proc/self/fd/{}", fd).c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC));
  thread_ = start_thread_if_possible([this] { run(); });
}

BlockReader::~BlockReader() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  ready_.clear();
  changed_.notify_all();
}

std::shared_ptr<Block> BlockReader::next() {
  if (!thread_.joinable()) return read_next();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return failure_ || !ready_.empty(); });
  if (ready_.empty()) std::rethrow_exception(failure_);
  if (ready_.front() == nullptr) return nullptr;
  auto block = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return block;
}

// Returns null at the end of the file.
std::shared_ptr<Block> BlockReader::read_next() {
  std::shared_ptr<Block> block = pool_.acquire();
  const std::size_t n = read_block(offset_, block->body());
  block->set_length(n);
  offset_ += n;
  return n == 0 ? nullptr : block;
}

void BlockReader::run() {
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopping_ || ready_.size() < kAhead; });
      if (stopping_) return;
    }
    std::shared_ptr<Block> block;
    std::exception_ptr error;
    try {
      block = read_next();
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    if (error) {
      failure_ = error;
    } else {
      ready_.push_back(block);
    }
    changed_.notify_all();
    if (!block) return;
  }
}

std::size_t BlockReader::read_plainly(int fd, std::uint64_t offset, std::span<std::byte> out) {
  std::size_t total = 0;
  while (total < out.size()) {
    const ssize_t n = ::pread(fd, out.data() + total, out.size() - total, static_cast<off_t>(offset + total));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw system_error("read", path_);
    if (n == 0) break;
    total += static_cast<std::size_t>(n);
  }
  return total;
}

std::size_t BlockReader::read_block(std::uint64_t offset, std::span<std::byte> out) {
  if (!direct_) return read_plainly(fd_, offset, out);
  struct ::iovec vector {
    out.data(), out.size()
  };
  const ssize_t cached = ::preadv2(fd_, &vector, 1, static_cast<off_t>(offset), RWF_NOWAIT);
  if (cached == static_cast<ssize_t>(out.size()) || cached == 0) return static_cast<std::size_t>(cached);
  ssize_t n = ::pread(direct_.get(), out.data(), out.size(), static_cast<off_t>(offset));
  if (n == static_cast<ssize_t>(out.size())) return static_cast<std::size_t>(n);
  // The read was short: either the file ends here, or the file system refused direct I/O. The plain read
  // handles both.
  return read_plainly(fd_, offset, out);
}

}  // namespace dvx
