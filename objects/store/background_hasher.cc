#include "objects/store/background_hasher.h"

#include <algorithm>
#include <utility>

#include "base/thread_start.h"

namespace dvx {

namespace {
constexpr std::size_t kBlock = std::size_t{1} << 20;  // bytes
constexpr std::size_t kBlocks = 4;
}  // namespace

BackgroundHasher::BackgroundHasher()
    : empty_(kBlocks - 1), thread_(start_thread_if_possible([this] { work(); })) {
  current_.reserve(kBlock);
}

BackgroundHasher::~BackgroundHasher() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    dropped_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BackgroundHasher::update(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const std::size_t taken = std::min(kBlock - current_.size(), bytes.size());
    current_.insert(current_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    bytes = bytes.subspan(taken);
    if (current_.size() == kBlock) hand_over();
  }
}

void BackgroundHasher::hand_over() {
  if (!thread_.joinable()) {
    hasher_.update(current_);
    current_.clear();
    return;
  }
  std::unique_lock lock(mutex_);
  full_.push_back(std::move(current_));
  changed_.notify_all();
  changed_.wait(lock, [this] { return !empty_.empty(); });
  current_ = std::move(empty_.front());
  empty_.pop_front();
  current_.clear();
  current_.reserve(kBlock);
}

ObjectId BackgroundHasher::finish() {
  if (!thread_.joinable()) {
    hasher_.update(current_);
    return hasher_.finish();
  }
  {
    const std::lock_guard lock(mutex_);
    full_.push_back(std::move(current_));
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
  return hasher_.finish();
}

void BackgroundHasher::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return dropped_ || ended_ || !full_.empty(); });
    if (dropped_ || full_.empty()) return;
    Block block = std::move(full_.front());
    full_.pop_front();
    lock.unlock();
    hasher_.update(block);
    lock.lock();
    empty_.push_back(std::move(block));
    changed_.notify_all();
  }
}

}  // namespace dvx
