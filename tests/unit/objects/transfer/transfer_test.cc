#include "objects/transfer/transfer.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "objects/backend/directory_backend.h"
#include "objects/backend/fault_backend.h"
#include "objects/backend/memory_backend.h"
#include "objects/backend/retry_backend.h"
#include "objects/pack/codec.h"
#include "objects/store/frame_reader.h"
#include "objects/store/ingest.h"
#include "objects/transfer/remote_layout.h"

namespace dvx {
namespace {

std::string random_bytes(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

class Transfer : public testing::Test {
 protected:
  std::unique_ptr<ObjectStore> open_store(const std::string& name, Encoding encoding = Encoding::Packed) {
    return ObjectStore::open(join_path(scratch_.path(), name), {.encoding = encoding});
  }
  // What this machine keeps about the remote is per store.
  std::string cache_of(const ObjectStore& store) { return join_path(store.directory(), "remotes/x/index"); }

  TransferReport push(const ObjectStore& store, Backend& backend, const std::vector<ClosureRoot>& roots,
                      TransferOptions options = {}) {
    RemoteIndex index(backend, cache_of(store));
    return push_objects(store, index, roots, options, progress_);
  }
  TransferReport fetch(ObjectStore& store, Backend& backend, const std::vector<ClosureRoot>& roots,
                       TransferOptions options = {}) {
    const RemoteIndex index(backend, cache_of(store));
    return fetch_objects(store, index, roots, options, progress_);
  }

  // Files of all sizes in nested directories, with the id of each; `seed` makes others.
  ClosureRoot add_data(ObjectStore& store, std::uint32_t seed = 1, std::size_t small_files = 60) {
    std::vector<TreeEntry> inner, outer;
    const auto add = [&](std::vector<TreeEntry>& to, const std::string& name, EntryKind kind,
                         const std::string& bytes) {
      to.push_back({name, kind, bytes.size(), 1, store.put(bytes)});
      contents_[to.back().id] = bytes;
    };
    for (std::size_t i = 0; i < small_files; ++i) {
      const std::string bytes = random_bytes(700 + i, seed * 1000 + static_cast<std::uint32_t>(i));
      inner.push_back({"f" + std::to_string(i), EntryKind::File, bytes.size(), 1, ObjectId::of(bytes)});
      contents_[inner.back().id] = bytes;
      small_.push_back(bytes);
    }
    put_many(store);
    add(outer, "empty", EntryKind::File, "");
    add(outer, "link", EntryKind::Symlink, "inner/f0");
    add(outer, "noise", EntryKind::File, random_bytes(3'000'000, seed));
    add(outer, "text", EntryKind::Executable, std::string(2'000'000, 'a') + std::to_string(seed));
    add_tree(store, outer, "inner", inner);
    std::vector<TreeEntry> root;
    add_tree(store, root, "outer", outer);
    const Tree tree(root);
    contents_[tree.id()] = tree.serialize();
    return {"data", store.put(tree.serialize()), EntryKind::Directory};
  }

  bool has_all(const ObjectStore& store) const {
    return std::all_of(contents_.begin(), contents_.end(),
                       [&](const auto& item) { return store.read_bytes(item.first) == item.second; });
  }

  const std::string& directory() const { return scratch_.path(); }
  SilentProgress progress_;
  std::map<ObjectId, std::string> contents_;

 private:
  void add_tree(ObjectStore& store, std::vector<TreeEntry>& to, const std::string& name,
                std::vector<TreeEntry> entries) {
    const Tree tree(std::move(entries));
    to.push_back(
        {name, EntryKind::Directory, tree.total_size(), tree.total_files(), store.put(tree.serialize())});
    contents_[to.back().id] = tree.serialize();
  }
  void put_many(ObjectStore& store) {
    const auto ingest = store.begin_ingest({});
    for (const std::string& bytes : small_) ingest->add_bytes(bytes);
    ingest->finish();
    small_.clear();
  }

  TemporaryDirectory scratch_{testing::TempDir()};
  std::vector<std::string> small_;
};

std::vector<std::string> names_on(Backend& backend, const std::string& prefix) {
  std::vector<std::string> names;
  backend.list(prefix, [&](const BackendEntry& entry) { names.push_back(entry.name); });
  return names;
}

// Counts what is written where, by any thread.
struct Traffic {
  std::atomic<std::uint64_t> pack_bytes = 0, pack_writes = 0, writes = 0, reads = 0;
  FaultBackend::Hook hook() {
    return [this](const BackendCallInfo& info) {
      if (info.call == BackendCall::Read) ++reads;
      if (info.call != BackendCall::Write && info.call != BackendCall::WriteIfAbsent) return;
      ++writes;
      if (!info.name.starts_with("packs/")) return;
      ++pack_writes;
      pack_bytes += info.bytes;
    };
  }
};

TEST_F(Transfer, BringsEverythingToAnotherStore) {
  const auto here = open_store("here"), there = open_store("there");
  MemoryBackend remote;
  const ClosureRoot root = add_data(*here);

  const TransferReport sent = push(*here, remote, {root});
  const TransferReport received = fetch(*there, remote, {root});

  EXPECT_EQ(sent.objects, contents_.size());
  EXPECT_EQ(received.objects, contents_.size());
  EXPECT_TRUE(sent.missing.empty() && received.missing.empty());
  EXPECT_TRUE(has_all(*there));
}

TEST_F(Transfer, SendsNothingThatTheRemoteHas) {
  const auto here = open_store("here");
  MemoryBackend remote;
  const ClosureRoot root = add_data(*here);
  push(*here, remote, {root});

  Traffic traffic;
  FaultBackend counted(remote, traffic.hook());
  const TransferReport again = push(*here, counted, {root});

  EXPECT_EQ(again.objects, 0U);
  EXPECT_EQ(again.bytes, 0U);
  EXPECT_EQ(again.already_there, contents_.size());
  EXPECT_EQ(traffic.writes, 0U);
}

TEST_F(Transfer, FetchesNothingThatIsHere) {
  const auto here = open_store("here"), there = open_store("there");
  MemoryBackend remote;
  const ClosureRoot root = add_data(*here);
  push(*here, remote, {root});
  fetch(*there, remote, {root});

  const TransferReport again = fetch(*there, remote, {root});

  EXPECT_EQ(again.objects, 0U);
  EXPECT_EQ(again.bytes, 0U);
}

TEST_F(Transfer, SendsOnlyTheChunksThatChanged) {
  const auto here = open_store("here");
  MemoryBackend remote;
  std::string bytes = random_bytes(8'000'000, 7);
  const ClosureRoot before{"x", here->put(bytes), EntryKind::File};
  push(*here, remote, {before});
  bytes.insert(4'000'000, "one line more");
  const ClosureRoot after{"x", here->put(bytes), EntryKind::File};

  const TransferReport report = push(*here, remote, {after});

  EXPECT_LT(report.bytes, 1'200'000U);
}

TEST_F(Transfer, NeedsFewRequestsForManyFiles) {
  const auto here = open_store("here"), there = open_store("there");
  MemoryBackend remote;
  const ClosureRoot root = add_data(*here, 1, 5000);
  Traffic traffic;
  FaultBackend counted(remote, traffic.hook());

  push(*here, counted, {root});
  EXPECT_LE(traffic.writes, 5U);
  fetch(*there, counted, {root});
  EXPECT_LE(traffic.reads, 20U);
}

TEST_F(Transfer, MakesTheSamePacksOnAnyNumberOfThreads) {
  const auto here = open_store("here");
  MemoryBackend one, many;
  const ClosureRoot root = add_data(*here);

  push(*here, one, {root}, {.jobs = 1, .pack_bytes = 200'000});
  push(*here, many, {root}, {.jobs = 8, .pack_bytes = 200'000});

  EXPECT_GT(names_on(one, "packs/").size(), 5U);
  EXPECT_EQ(names_on(one, ""), names_on(many, ""));
}

TEST_F(Transfer, PutsPacksThatSayThemselvesWhatTheyHold) {
  const auto here = open_store("here");
  DirectoryBackend remote(join_path(directory(), "remote"));
  push(*here, remote, {add_data(*here)}, {.pack_bytes = 500'000});

  for (const std::string& name : names_on(remote, "packs/")) {
    const auto pack = PackReader::open(join_path(remote.url(), name));
    EXPECT_EQ(remote_pack_name(pack->pack_id()), name);
    for (const PackEntry& entry : pack->entries())
      verify_frame(entry, as_bytes(pack->read_frame(entry).bytes));
  }
}

TEST_F(Transfer, ReportsWhatIsMissingHere) {
  const auto here = open_store("here");
  MemoryBackend remote;
  const ObjectId absent = ObjectId::of("never stored");
  const Tree tree({{"a", EntryKind::File, 3, 1, here->put("abc")}, {"b", EntryKind::File, 12, 1, absent}});

  const TransferReport report =
      push(*here, remote, {{"t", here->put(tree.serialize()), EntryKind::Directory}});

  EXPECT_EQ(report.missing, std::vector{absent});
  EXPECT_EQ(report.objects, 2U);
}

TEST_F(Transfer, ReportsWhatIsMissingThere) {
  const auto here = open_store("here"), there = open_store("there");
  MemoryBackend remote;
  const ObjectId absent = ObjectId::of("never stored");
  const ObjectId a = here->put("abc");
  const Tree tree({{"a", EntryKind::File, 3, 1, a}, {"b", EntryKind::File, 12, 1, absent}});
  const ClosureRoot root{"t", here->put(tree.serialize()), EntryKind::Directory};
  push(*here, remote, {root});

  const TransferReport report = fetch(*there, remote, {root});

  EXPECT_EQ(report.missing, std::vector{absent});
  EXPECT_EQ(there->read_bytes(a), "abc");
}

void flip_byte(const std::string& path, std::uint64_t offset) {
  std::string bytes = read_file(path);
  bytes[offset] = static_cast<char>(bytes[offset] ^ 1);
  ::chmod(path.c_str(), 0644);
  write_file_atomically(path, bytes);
}

TEST_F(Transfer, DoesNotSpreadDamage) {
  const std::string bytes = random_bytes(2'000'000, 3);
  ObjectId whole, fine, chunk;
  {
    const auto here = open_store("here");
    whole = here->put(bytes);
    fine = here->put("unharmed");
    chunk = read_recipe(*here, *locate_frame(*here, whole)).chunks[2].id;
    const auto place = *locate_frame(*here, chunk);
    flip_byte(join_path(here->directory(), "packs/" + place.pack_id.to_hex() + ".pack"),
              place.entry.offset + 100);
  }
  const auto here = open_store("here"), there = open_store("there");
  MemoryBackend remote;
  const std::vector<ClosureRoot> roots = {{"w", whole, EntryKind::File}, {"f", fine, EntryKind::File}};

  const TransferReport sent = push(*here, remote, roots);
  const TransferReport received = fetch(*there, remote, roots);

  EXPECT_EQ(sent.damaged, std::vector{chunk});
  EXPECT_EQ(received.missing, std::vector{whole});
  EXPECT_EQ(there->read_bytes(fine), "unharmed");
}

TEST_F(Transfer, KeepsNothingThatCameDamaged) {
  const auto here = open_store("here"), there = open_store("there");
  DirectoryBackend remote(join_path(directory(), "remote"));
  const ObjectId id = here->put(random_bytes(1000, 4)), fine = here->put(random_bytes(1000, 5));
  const std::vector<ClosureRoot> roots = {{"a", id, EntryKind::File}, {"b", fine, EntryKind::File}};
  push(*here, remote, roots);
  const auto hit = *RemoteIndex(remote, join_path(directory(), "cache")).find(id);
  flip_byte(join_path(remote.url(), remote_pack_name(hit.pack_id)), hit.entry.offset + 10);

  const TransferReport report = fetch(*there, remote, roots);

  EXPECT_EQ(report.damaged, std::vector{id});
  EXPECT_EQ(report.missing, std::vector{id});
  EXPECT_FALSE(there->contains(id));
  EXPECT_TRUE(there->contains(fine));
}

TEST_F(Transfer, SurvivesAPackThatIsGone) {
  const auto here = open_store("here"), there = open_store("there");
  MemoryBackend remote;
  const ClosureRoot root = add_data(*here);
  push(*here, remote, {root});
  for (const std::string& name : names_on(remote, "packs/")) remote.remove(name);

  const TransferReport report = fetch(*there, remote, {root});

  EXPECT_EQ(report.missing, std::vector{root.id});
  EXPECT_EQ(report.objects, 0U);
}

TEST_F(Transfer, SendsObjectsThatAreKeptWhole) {
  const auto here = open_store("here", Encoding::Whole), there = open_store("there");
  MemoryBackend remote;
  std::vector<ClosureRoot> roots;
  for (std::uint32_t i = 0; i < 3; ++i) {
    const std::string path = join_path(directory(), "file" + std::to_string(i));
    contents_[ObjectId::of(random_bytes(1'500'000, i))] = random_bytes(1'500'000, i);
    write_file_atomically(path, random_bytes(1'500'000, i));
  }
  const auto ingest = here->begin_ingest({});
  for (std::uint64_t i = 0; i < 3; ++i)
    ingest->add_file(join_path(directory(), "file" + std::to_string(i)), 0, i);
  for (const IngestResult& result : ingest->collect()) roots.push_back({"f", result.id, EntryKind::File});
  ingest->finish();
  ASSERT_TRUE(here->whole_file(roots[0].id));

  const TransferReport sent = push(*here, remote, roots, {.pack_bytes = 1'000'000});
  const TransferReport again = push(*here, remote, roots);
  fetch(*there, remote, roots);

  EXPECT_EQ(sent.objects, 3U);
  EXPECT_EQ(again.objects, 0U);
  EXPECT_TRUE(has_all(*there));
}

TEST_F(Transfer, MergesManySmallSegmentsAndLosesNothing) {
  const auto here = open_store("here"), there = open_store("there");
  MemoryBackend remote;
  std::vector<ClosureRoot> roots;
  for (std::uint32_t i = 0; i < 40; ++i) {
    const std::string bytes = random_bytes(100, i);
    contents_[ObjectId::of(bytes)] = bytes;
    roots.push_back({"f", here->put(bytes), EntryKind::File});
    push(*here, remote, {roots.back()});
  }

  EXPECT_LT(names_on(remote, "index/").size(), 16U);
  fetch(*there, remote, roots);
  EXPECT_TRUE(has_all(*there));
}

TEST_F(Transfer, ReadsTheIndexAgainWhenAMergeTookASegmentAway) {
  const auto here = open_store("here"), there = open_store("there");
  MemoryBackend remote;
  const ClosureRoot root = add_data(*here);
  push(*here, remote, {root});
  const std::string name = names_on(remote, "index/").front();
  const std::string bytes = read_all(remote, name);

  bool taken = false;
  FaultBackend faulty(remote, [&](const BackendCallInfo& info) {
    if (info.call == BackendCall::Read && info.name == name && !taken) {
      taken = true;
      remote.remove(name);
    }
    if (info.call == BackendCall::List && taken) write_all(remote, name, bytes);
  });
  const TransferReport report = fetch(*there, faulty, {root});

  EXPECT_TRUE(taken);
  EXPECT_TRUE(report.missing.empty());
  EXPECT_TRUE(has_all(*there));
}

TEST_F(Transfer, DoesNotTrustADamagedSegment) {
  const auto here = open_store("here"), there = open_store("there");
  MemoryBackend remote;
  const ClosureRoot root = add_data(*here);
  push(*here, remote, {root});
  const std::string name = names_on(remote, "index/").front();
  std::string bytes = read_all(remote, name);
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_all(remote, name, bytes);

  try {
    fetch(*there, remote, {root});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Corruption);
    EXPECT_NE(e.message().find(name), std::string::npos);
  }
}

TEST_F(Transfer, RefusesARemoteOfANewerFormat) {
  const auto here = open_store("here");
  MemoryBackend remote;
  write_all(remote, "dvx-remote.json", "{\"dvx-remote\":2,\"cipher\":\"x\"}\n");
  try {
    push(*here, remote, {});
    FAIL();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Config);
  }
}

TEST_F(Transfer, WorksOverANetworkThatFailsNowAndThen) {
  const auto here = open_store("here"), there = open_store("there");
  MemoryBackend remote;
  RetryBackend retried(std::make_unique<FaultBackend>(remote, fail_every(3)),
                       {.wait = [](std::chrono::milliseconds) {}});
  const ClosureRoot root = add_data(*here);

  push(*here, retried, {root}, {.pack_bytes = 300'000});
  fetch(*there, retried, {root}, {.pack_bytes = 300'000});

  EXPECT_TRUE(has_all(*there));
}

// Stops at the n-th call for every n; then starts again.
TEST_F(Transfer, IsResumedWhereverPushStopped) {
  const auto here = open_store("here");
  const ClosureRoot root = add_data(*here);
  const TransferOptions options{.jobs = 2, .pack_bytes = 400'000};
  MemoryBackend undisturbed;
  Traffic whole;
  FaultBackend counted(undisturbed, whole.hook());
  push(*here, counted, {root}, options);
  for (std::uint64_t n = 1; n <= counted.calls(); ++n) {
    MemoryBackend remote;
    Traffic traffic;
    FaultBackend stopping(remote, [&](const BackendCallInfo& info) {
      if (info.number >= n) throw Error(ErrorKind::Io, "stopped");
      traffic.hook()(info);
    });
    EXPECT_THROW(push(*here, stopping, {root}, options), Error);
    FaultBackend working(remote, traffic.hook());
    const TransferReport report = push(*here, working, {root}, options);

    EXPECT_TRUE(report.missing.empty());
    // No pack that arrived is sent again.
    EXPECT_EQ(traffic.pack_bytes, whole.pack_bytes) << "stopped at call " << n;
    const auto there = open_store("there" + std::to_string(n));
    fetch(*there, remote, {root});
    EXPECT_TRUE(has_all(*there));
  }
}

TEST_F(Transfer, IsResumedWhereverFetchStopped) {
  const auto here = open_store("here");
  const ClosureRoot root = add_data(*here);
  const TransferOptions options{.jobs = 1, .pack_bytes = 400'000};
  MemoryBackend remote;
  push(*here, remote, {root}, options);
  FaultBackend counted(remote, {});
  const std::uint64_t whole = fetch(*open_store("undisturbed"), counted, {root}, options).bytes;
  for (std::uint64_t n = 1; n <= counted.calls(); ++n) {
    const auto there = open_store("there" + std::to_string(n));
    FaultBackend stopping(remote, [&](const BackendCallInfo& info) {
      if (info.number >= n) throw Error(ErrorKind::Io, "stopped");
    });
    EXPECT_THROW(fetch(*there, stopping, {root}, options), Error);
    const TransferReport report = fetch(*there, remote, {root}, options);

    EXPECT_TRUE(report.missing.empty());
    EXPECT_LE(report.bytes, whole);
    EXPECT_TRUE(has_all(*there)) << "stopped at call " << n;
  }
}

// The same with a real kill, so that nothing is cleaned up by destructors.
TEST_F(Transfer, SurvivesKillDuringPushAndFetch) {
  const std::string here_name = "here";
  const ClosureRoot root = add_data(*open_store(here_name));
  const TransferOptions options{.jobs = 2, .pack_bytes = 400'000};
  const std::string remote_path = join_path(directory(), "remote");
  const auto killed_at_call = [&](std::uint64_t n, const std::function<void(Backend&)>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
      DirectoryBackend inner(remote_path);
      FaultBackend deadly(inner, [n](const BackendCallInfo& info) {
        if (info.number >= n) ::kill(::getpid(), SIGKILL);
      });
      work(deadly);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status);
  };

  std::uint64_t kills = 0;
  for (std::uint64_t n = 3;
       killed_at_call(n, [&](Backend& b) { push(*open_store(here_name), b, {root}, options); }); n += 5) {
    ASSERT_LT(++kills, 200U);
  }
  EXPECT_GT(kills, 2U);
  DirectoryBackend remote(remote_path);
  EXPECT_EQ(push(*open_store(here_name), remote, {root}, options).objects, 0U);

  kills = 0;
  for (std::uint64_t n = 3;
       killed_at_call(n, [&](Backend& b) { fetch(*open_store("there"), b, {root}, options); }); n += 4) {
    ASSERT_LT(++kills, 200U);
  }
  EXPECT_TRUE(has_all(*open_store("there")));
}

TEST_F(Transfer, FetchesSingleFramesForRepair) {
  const auto here = open_store("here");
  MemoryBackend remote;
  const ObjectId id = here->put("something small");
  push(*here, remote, {{"f", id, EntryKind::File}});
  const RemoteIndex index(remote, cache_of(*here));

  EXPECT_EQ(fetch_frame(index, id)->info.id, id);
  EXPECT_EQ(fetch_frame(index, ObjectId::of("unknown")), std::nullopt);
}

}  // namespace
}  // namespace dvx
