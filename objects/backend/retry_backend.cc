#include "objects/backend/retry_backend.h"

#include <algorithm>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"

namespace dvx {

namespace {
// Sleeps in short pieces, so that Ctrl-C takes effect soon.
void sleep_watching_interrupts(std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds kPiece{50};
  while (time.count() > 0) {
    throw_if_interrupted();
    std::this_thread::sleep_for(std::min(time, kPiece));
    time -= kPiece;
  }
}

// Counts the bytes that have gone through, so that a read can continue after them.
class CountingSink final : public Sink {
 public:
  explicit CountingSink(Sink& inner) : inner_(inner) {}
  void write(std::span<const std::byte> bytes) override {
    inner_.write(bytes);
    count_ += bytes.size();
  }
  std::uint64_t count() const { return count_; }

 private:
  Sink& inner_;
  std::uint64_t count_ = 0;
};
}  // namespace

RetryBackend::RetryBackend(std::unique_ptr<Backend> inner, RetryOptions options)
    : inner_(std::move(inner)), options_(std::move(options)) {
  if (!options_.wait) options_.wait = sleep_watching_interrupts;
}

void RetryBackend::attempt(const std::function<void()>& call, const std::function<bool()>& may_repeat) {
  std::chrono::milliseconds delay = options_.first_delay;
  for (int left = options_.attempts;; --left) {
    try {
      return call();
    } catch (const Error& e) {
      if (e.kind() != ErrorKind::Network || left <= 1 || !may_repeat()) throw;
    }
    options_.wait(delay);
    delay *= 2;
  }
}

std::optional<BackendEntry> RetryBackend::stat(const std::string& name) {
  std::optional<BackendEntry> entry;
  attempt([&] { entry = inner_->stat(name); }, [] { return true; });
  return entry;
}

void RetryBackend::read(const std::string& name, std::uint64_t offset, std::optional<std::uint64_t> length,
                        Sink& sink) {
  CountingSink counting(sink);
  attempt(
      [&] {
        const std::uint64_t done = counting.count();
        if (length && done == *length && done > 0) return;  // the failure came after the last byte
        inner_->read(name, offset + done, length ? std::optional(*length - done) : std::nullopt, counting);
      },
      [] { return true; });
}

void RetryBackend::write(const std::string& name, Source& source, std::uint64_t size) {
  attempt([&] { inner_->write(name, source, size); }, [&] { return source.rewind(); });
}

WriteResult RetryBackend::write_if_absent(const std::string& name, Source& source, std::uint64_t size) {
  WriteResult result = WriteResult::Existed;
  attempt([&] { result = inner_->write_if_absent(name, source, size); }, [&] { return source.rewind(); });
  return result;
}

void RetryBackend::list(const std::string& prefix, const std::function<void(const BackendEntry&)>& visit) {
  std::vector<BackendEntry> found;
  attempt(
      [&] {
        found.clear();
        inner_->list(prefix, [&](const BackendEntry& entry) { found.push_back(entry); });
      },
      [] { return true; });
  for (const BackendEntry& entry : found) visit(entry);
}

void RetryBackend::remove(const std::string& name) {
  attempt([&] { inner_->remove(name); }, [] { return true; });
}

}  // namespace dvx
