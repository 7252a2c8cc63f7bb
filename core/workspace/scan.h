// Looking at paths of the workspace: walk, take what the index knows, hash the rest, bring the index up to
// date.
//
// What snapshots and checkout stand on. One pass for many paths, so that their files share the reading
// threads. Takes no lock.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/thread_pool.h"
#include "core/index/workspace_index.h"
#include "core/repo/repository.h"
#include "core/workspace/walk.h"
#include "objects/store/ingest.h"

namespace dvx {

// A path as it is. Neither `top` nor `file`: it does not exist (or failed).
struct ScannedPath {
  std::string path, absolute;            // from the root; where it really is, symlinks followed
  std::unique_ptr<WalkedDirectory> top;  // of a directory; ids are known, save of what failed
  std::optional<WalkedEntry> file;       // of anything else
  std::vector<FailedPath> failed;        // sorted: unreadable, fifo, changed while it was read
  std::vector<std::string> leftovers;    // absolute: temp files of a dvx that was killed
  // Sorted: files that nobody has written to since the machine was last started, and whose bytes are not
  // those that they had before, as a power cut leaves them.
  std::vector<std::string> damaged;
  std::uint64_t hashed_files = 0, reused_files = 0;
};

// A file that was written within the running tick of the clock could be written again without a trace in its
// stamp, so the index cannot know it by the stamp alone.
enum class FreshFiles : std::uint8_t {
  Await,      // reading begins after that tick: the file is hashed once and for all
  HashAgain,  // when there are only few, do not wait; the next look hashes them again
};

// What a signal means to a pass that has begun.
enum class WhenInterrupted : std::uint8_t {
  Stop,    // Error{Interrupted}
  Finish,  // for the few files by which something is brought to its end
};

struct ScanOptions {
  // In Store mode the bytes that are hashed go into the store, and the index's word counts only for what is
  // there.
  IngestMode mode = IngestMode::HashOnly;
  FreshFiles fresh = FreshFiles::Await;
  Ingest* into = nullptr;  // in Store mode: a session of the caller's, who finishes it
  WhenInterrupted interrupted = WhenInterrupted::Stop;
};

class WorkspaceScan {
 public:
  WorkspaceScan(Repository& repository, const ScanOptions& options, Progress& progress);
  ~WorkspaceScan();

  std::vector<ScannedPath> run(const std::vector<std::string>& paths);

  // The session of this pass, for trees; one of its own is begun on first use.
  Ingest& ingest();
  // Makes durable what a session of its own stored. Without it, nothing was.
  void finish();

 private:
  struct DirtyFile;

  bool storing() const { return options_.mode == IngestMode::Store; }
  using Found = std::optional<struct ::stat>;  // nullopt: nothing is there
  std::vector<std::optional<Found>> stat_all(const std::vector<ScannedPath>& subjects);
  ThreadPool& pool();
  void examine(ScannedPath& subject, const std::optional<Found>& found);
  void look_at(ScannedPath& subject, const std::optional<Found>& found);
  void settle_files(std::vector<ScannedPath>& subjects);
  WalkedEntry linked_file(const std::string& path, const ObjectId& id);
  void walk(ScannedPath& subject);
  void match(ScannedPath& subject, WalkedDirectory& directory, IndexCursor& cursor, const IndexEntry*& known);
  void settle(DirtyFile file, const IndexEntry* known);
  void look_in_store();
  void settle_link(ScannedPath& subject, WalkedDirectory& directory, WalkedEntry& entry);
  void forget(const std::string& path);
  void flush_index();
  void hash_dirty();
  void let_clock_pass(std::int64_t newest, std::uint64_t bytes);
  void hash_batch(std::size_t begin, std::size_t end);
  static Standing standing_of(const DirtyFile& file, const IngestResult& hashed);
  void take(const DirtyFile& file, IngestResult& hashed);

  Repository& repository_;
  const ScanOptions options_;
  Progress& progress_;
  WorkspaceIndex& index_;
  std::unique_ptr<ThreadPool> pool_;
  std::unique_ptr<Ingest> own_ingest_;
  Ingest* ingest_;                // null before first use
  std::deque<DirtyFile> dirty_;   // grows without a second copy
  std::vector<DirtyFile> known_;  // their ids are known; whether the store has them is not yet
  std::vector<IndexEntry> changed_;
  std::vector<std::string> removed_;
  std::string path_;  // of the file at hand; kept for its capacity
  std::int64_t settled_before_ = 0;
};

}  // namespace dvx
