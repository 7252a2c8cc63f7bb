// What every backend must pass. A new backend adds itself to the list at the end and nothing else.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "objects/backend/backend.h"
#include "objects/backend/directory_backend.h"
#include "objects/backend/fault_backend.h"
#include "objects/backend/memory_backend.h"
#include "objects/backend/retry_backend.h"

namespace dvx {
namespace {

// A backend and whatever must live as long as it does.
class BackendUnderTest {
 public:
  virtual ~BackendUnderTest() = default;
  virtual Backend& get() = 0;
};

struct Maker {
  std::string name;
  std::function<std::unique_ptr<BackendUnderTest>()> make;
};

void PrintTo(const Maker& maker, std::ostream* out) {
  *out << maker.name;
}

class BackendContract : public testing::TestWithParam<Maker> {
 protected:
  void SetUp() override { under_test_ = GetParam().make(); }
  Backend& backend() { return under_test_->get(); }

  std::vector<std::string> names(const std::string& prefix) {
    std::vector<std::string> found;
    backend().list(prefix, [&](const BackendEntry& entry) { found.push_back(entry.name); });
    return found;
  }
  std::string range(const std::string& name, std::uint64_t offset, std::optional<std::uint64_t> length) {
    StringSink sink;
    backend().read(name, offset, length, sink);
    return sink.take();
  }
  WriteResult write_if_absent(const std::string& name, std::string_view bytes) {
    StringSource source(bytes);
    return backend().write_if_absent(name, source, bytes.size());
  }
  static ErrorKind kind_of(const std::function<void()>& call) {
    try {
      call();
    } catch (const Error& e) {
      return e.kind();
    }
    ADD_FAILURE() << "no error was thrown";
    return ErrorKind::Internal;
  }

 private:
  std::unique_ptr<BackendUnderTest> under_test_;
};

TEST_P(BackendContract, IsEmptyAtFirst) {
  EXPECT_EQ(backend().stat("packs/a"), std::nullopt);
  EXPECT_TRUE(names("").empty());
}

TEST_P(BackendContract, GivesBackWhatWasWritten) {
  const std::string bytes = std::string("a\0b\n", 4) + std::string(3'000'000, 'x');
  write_all(backend(), "packs/00/a.pack", bytes);
  EXPECT_EQ(read_all(backend(), "packs/00/a.pack"), bytes);
  EXPECT_EQ(backend().stat("packs/00/a.pack")->size, bytes.size());
}

TEST_P(BackendContract, KeepsEmptyFiles) {
  write_all(backend(), "empty", "");
  EXPECT_EQ(read_all(backend(), "empty"), "");
  EXPECT_EQ(backend().stat("empty")->size, 0U);
}

TEST_P(BackendContract, ReplacesOnWrite) {
  write_all(backend(), "a", "a long first version");
  write_all(backend(), "a", "second");
  EXPECT_EQ(read_all(backend(), "a"), "second");
}

TEST_P(BackendContract, ReadsRanges) {
  write_all(backend(), "a", "0123456789");
  EXPECT_EQ(range("a", 0, 10), "0123456789");
  EXPECT_EQ(range("a", 3, 4), "3456");
  EXPECT_EQ(range("a", 7, std::nullopt), "789");
  EXPECT_EQ(range("a", 10, std::nullopt), "");
  EXPECT_EQ(range("a", 5, 0), "");
}

TEST_P(BackendContract, RefusesRangesPastTheEnd) {
  write_all(backend(), "a", "0123456789");
  EXPECT_EQ(kind_of([&] { range("a", 3, 8); }), ErrorKind::Corruption);
  EXPECT_EQ(kind_of([&] { range("a", 11, std::nullopt); }), ErrorKind::Corruption);
}

TEST_P(BackendContract, SaysThatANameIsAbsent) {
  EXPECT_EQ(kind_of([&] { read_all(backend(), "nothing/here"); }), ErrorKind::NotFound);
}

TEST_P(BackendContract, NeverReplacesWhenAskedNotTo) {
  EXPECT_EQ(write_if_absent("roots/a.json", "first"), WriteResult::Written);
  EXPECT_EQ(write_if_absent("roots/a.json", "second"), WriteResult::Existed);
  EXPECT_EQ(read_all(backend(), "roots/a.json"), "first");
}

TEST_P(BackendContract, LetsExactlyOneOfManyWriteIfAbsent) {
  std::atomic<int> written{0};
  {
    std::vector<std::jthread> writers;
    for (int i = 0; i < 8; ++i) {
      writers.emplace_back([&, i] {
        if (write_if_absent("race", "writer " + std::to_string(i)) == WriteResult::Written) ++written;
      });
    }
  }
  EXPECT_EQ(written, 1);
  EXPECT_TRUE(read_all(backend(), "race").starts_with("writer "));
}

TEST_P(BackendContract, ListsSortedByFullName) {
  for (const char* name : {"b", "a/z", "a-b", "a.c", "a/b/c", "a0", "packs/ff/x.pack", "packs/00/y.pack"}) {
    write_all(backend(), name, "x");
  }
  EXPECT_EQ(names(""), (std::vector<std::string>{"a-b", "a.c", "a/b/c", "a/z", "a0", "b", "packs/00/y.pack",
                                                 "packs/ff/x.pack"}));
}

TEST_P(BackendContract, ListsByPrefixWhereverItEnds) {
  for (const char* name : {"packs/00/a", "packs/0f/b", "packs/10/c", "packsaway"})
    write_all(backend(), name, "x");
  EXPECT_EQ(names("packs/"), (std::vector<std::string>{"packs/00/a", "packs/0f/b", "packs/10/c"}));
  EXPECT_EQ(names("packs/0"), (std::vector<std::string>{"packs/00/a", "packs/0f/b"}));
  EXPECT_EQ(names("packs/10/c"), (std::vector<std::string>{"packs/10/c"}));
  EXPECT_TRUE(names("roots/").empty());
}

TEST_P(BackendContract, ListsSizes) {
  write_all(backend(), "a", "12345");
  std::uint64_t size = 0;
  backend().list("", [&](const BackendEntry& entry) { size = entry.size; });
  EXPECT_EQ(size, 5U);
}

TEST_P(BackendContract, RemovesAndDoesNotMindAbsence) {
  write_all(backend(), "packs/00/a", "x");
  backend().remove("packs/00/a");
  backend().remove("packs/00/a");
  EXPECT_EQ(backend().stat("packs/00/a"), std::nullopt);
  EXPECT_TRUE(names("").empty());
}

TEST_P(BackendContract, WritesNothingWhenTheSourceIsNotAsLongAsPromised) {
  StringSource too_short("abc"), too_long("abcdef");
  EXPECT_EQ(kind_of([&] { backend().write("a", too_short, 5); }), ErrorKind::Internal);
  EXPECT_EQ(kind_of([&] { backend().write("a", too_long, 5); }), ErrorKind::Internal);
  EXPECT_EQ(backend().stat("a"), std::nullopt);
  EXPECT_TRUE(names("").empty());
}

TEST_P(BackendContract, WritesNothingWhenTheSourceFails) {
  class Failing final : public Source {
   public:
    std::size_t read(std::span<std::byte> out) override {
      if (++reads_ > 1) throw Error(ErrorKind::Io, "the disk broke");
      return out.size() / 2;
    }

   private:
    int reads_ = 0;
  } failing;
  write_all(backend(), "a", "old");
  EXPECT_EQ(kind_of([&] { backend().write("a", failing, 10'000'000); }), ErrorKind::Io);
  EXPECT_EQ(read_all(backend(), "a"), "old");
  EXPECT_EQ(names(""), std::vector<std::string>{"a"});
}

TEST_P(BackendContract, RefusesNamesThatAreNone) {
  for (const char* name : {"", "/a", "a/", "a//b", "../a", "a/../b", ".tmp/x", "A", "a b", "a\\b"}) {
    EXPECT_EQ(kind_of([&] { backend().stat(name); }), ErrorKind::Internal) << name;
    EXPECT_EQ(kind_of([&] { write_all(backend(), name, "x"); }), ErrorKind::Internal) << name;
  }
}

TEST_P(BackendContract, ServesManyThreads) {
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        const std::string name = "packs/0" + std::to_string(i) + "/x";
        write_all(backend(), name, name);
        EXPECT_EQ(read_all(backend(), name), name);
      });
    }
  }
  EXPECT_EQ(names("packs/").size(), 8U);
}

// The backends.

class Memory final : public BackendUnderTest {
 public:
  Backend& get() override { return backend_; }

 private:
  MemoryBackend backend_;
};

class Directory final : public BackendUnderTest {
 public:
  Backend& get() override { return backend_; }

 private:
  TemporaryDirectory parent_{testing::TempDir()};
  DirectoryBackend backend_{parent_.path() + "/made/by/the first write"};
};

// Every third call fails on the network and is tried again.
class RetriedFaulty final : public BackendUnderTest {
 public:
  Backend& get() override { return retry_; }

 private:
  MemoryBackend memory_;
  RetryBackend retry_{std::make_unique<FaultBackend>(memory_, fail_every(3)),
                      {.wait = [](std::chrono::milliseconds) {}}};
};

template <typename T>
Maker maker(const std::string& name) {
  return {name, [] { return std::make_unique<T>(); }};
}

INSTANTIATE_TEST_SUITE_P(All, BackendContract,
                         testing::Values(maker<Memory>("memory"), maker<Directory>("directory"),
                                         maker<RetriedFaulty>("retried_faulty")),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace dvx
