#include "objects/backend/retry_backend.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "objects/backend/fault_backend.h"
#include "objects/backend/memory_backend.h"

namespace dvx {
namespace {

using std::chrono::milliseconds;

FaultBackend::Hook fail_first(std::uint64_t n, ErrorKind kind) {
  return [=](const BackendCallInfo& info) {
    if (info.number <= n) throw Error(kind, "made to fail");
  };
}

// Gives the first `cut` bytes of each read and then fails.
class Stuttering final : public Backend {
 public:
  std::string url() const override { return "stuttering:"; }
  std::optional<BackendEntry> stat(const std::string&) override { return std::nullopt; }
  void read(const std::string&, std::uint64_t offset, std::optional<std::uint64_t> length,
            Sink& sink) override {
    const std::string rest = content.substr(offset, length.value_or(std::string::npos));
    ++reads;
    sink.write(as_bytes(rest).first(std::min(cut, rest.size())));
    if (rest.size() > cut) throw Error(ErrorKind::Network, "connection reset");
  }
  void write(const std::string&, Source&, std::uint64_t) override {}
  WriteResult write_if_absent(const std::string&, Source&, std::uint64_t) override {
    return WriteResult::Written;
  }
  void list(const std::string&, const std::function<void(const BackendEntry&)>&) override {}
  void remove(const std::string&) override {}

  std::string content = "0123456789";
  std::size_t cut = 4;
  int reads = 0;
};

TEST(RetryBackend, TriesAgainAfterNetworkErrorsWaitingLongerEachTime) {
  MemoryBackend memory;
  std::vector<milliseconds> waits;
  RetryBackend retry(
      std::make_unique<FaultBackend>(memory, fail_first(3, ErrorKind::Network)),
      {.attempts = 5, .first_delay = milliseconds(10), .wait = [&](milliseconds t) { waits.push_back(t); }});

  write_all(retry, "a", "bytes");

  EXPECT_EQ(read_all(memory, "a"), "bytes");
  EXPECT_EQ(waits, (std::vector{milliseconds(10), milliseconds(20), milliseconds(40)}));
}

TEST(RetryBackend, GivesUpAfterItsAttempts) {
  MemoryBackend memory;
  auto faulty = std::make_unique<FaultBackend>(memory, fail_every(1));
  FaultBackend& calls = *faulty;
  RetryBackend retry(std::move(faulty), {.attempts = 3, .wait = [](milliseconds) {}});

  EXPECT_THROW(retry.stat("a"), Error);
  EXPECT_EQ(calls.calls(), 3U);
}

TEST(RetryBackend, DoesNotRepeatWhatCannotHelp) {
  MemoryBackend memory;
  auto faulty = std::make_unique<FaultBackend>(memory, fail_first(1, ErrorKind::Authentication));
  FaultBackend& calls = *faulty;
  RetryBackend retry(std::move(faulty), {.wait = [](milliseconds) {}});

  EXPECT_THROW(retry.stat("a"), Error);
  EXPECT_EQ(calls.calls(), 1U);
}

TEST(RetryBackend, GoesOnReadingWhereItStopped) {
  auto inner = std::make_unique<Stuttering>();
  Stuttering& stuttering = *inner;
  RetryBackend retry(std::move(inner), {.wait = [](milliseconds) {}});

  StringSink whole, part;
  retry.read("a", 0, std::nullopt, whole);
  retry.read("a", 1, 8, part);

  EXPECT_EQ(whole.take(), "0123456789");
  EXPECT_EQ(part.take(), "12345678");
  EXPECT_EQ(stuttering.reads, 5);
}

TEST(RetryBackend, DoesNotRepeatAWriteItCannotRewind) {
  class Once final : public Source {
   public:
    std::size_t read(std::span<std::byte>) override { return 0; }
  } once;
  MemoryBackend memory;
  RetryBackend retry(std::make_unique<FaultBackend>(memory, fail_first(1, ErrorKind::Network)),
                     {.wait = [](milliseconds) {}});

  EXPECT_THROW(retry.write("a", once, 0), Error);
}

}  // namespace
}  // namespace dvx
