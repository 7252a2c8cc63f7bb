#include "core/runs/run_journal.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/file.h"
#include "core/repo/work_tree_file.h"
#include "core/runs/run_cache.h"
#include "core/workspace/tracked.h"
#include "objects/store/object_store.h"

namespace dvx {

namespace {
constexpr std::chrono::milliseconds kPause{250};  // between commits, at least
constexpr int kPauseShare = 10;                   // and so many times as long as a commit takes
}  // namespace

RunJournal::RunJournal(Repository& repository, std::set<std::string> known, Progress& progress)
    : repository_(repository),
      known_(std::move(known)),
      progress_(progress),
      lock_stamp_(stamp_of_lock(repository)) {}

Ingest& RunJournal::ingest() {
  if (!ingest_) {
    ingest_ = repository_.store().begin_ingest(
        {.mode = IngestMode::Store, .threads = repository_.jobs(), .progress = &progress_});
  }
  return *ingest_;
}

void RunJournal::add(const std::string& stage, LockedStage entry) {
  if (!held_) held_ = repository_.store().hold();
  pending_[stage] = std::move(entry);
}

std::optional<std::chrono::nanoseconds> RunJournal::patience() const {
  if (pending_.empty()) return std::nullopt;
  const auto now = Clock::now();
  return now >= due_ ? std::chrono::nanoseconds::zero() : std::chrono::nanoseconds(due_ - now);
}

void RunJournal::commit_if_due() {
  if (patience() == std::chrono::nanoseconds::zero()) commit();
}

void RunJournal::commit() {
  const auto started = Clock::now();
  // Taken out first: when their objects cannot be made durable nothing may name them, now or later.
  const auto pending = std::exchange(pending_, {});
  const auto held = std::exchange(held_, std::nullopt);
  if (const auto ingest = std::exchange(ingest_, nullptr)) ingest->finish();
  if (pending.empty()) return;
  std::vector<RunCacheEntry> runs;
  for (const auto& [stage, entry] : pending) runs.push_back({entry.key, entry.run});
  RunCache(repository_.store()).add(runs);
  write_lock(pending);
  const auto ended = Clock::now();
  due_ = ended + std::max<Clock::duration>(kPause, kPauseShare * (ended - started));
}

void RunJournal::write_lock(const std::map<std::string, LockedStage>& entries) {
  const WritingLock held = repository_.lock_for_writing();
  others_wrote();
  LockFile lock = load_lock(repository_);
  std::erase_if(lock.stages, [&](const auto& item) { return !known_.contains(item.first); });
  for (const auto& [name, entry] : entries) lock.stages[name] = entry;
  write_work_tree_file(repository_, kLockFileName, serialize_lock(lock));
  lock_stamp_ = stamp_of_lock(repository_);
  wrote_ = true;
}

bool RunJournal::others_wrote() {
  others_wrote_ = others_wrote_ || stamp_of_lock(repository_) != lock_stamp_;
  return others_wrote_;
}

FileStamp stamp_of_lock(const Repository& repository) {
  const auto st = stat_if_exists(repository.path(kLockFileName));
  return st ? stamp_of(*st) : FileStamp{};
}

}  // namespace dvx
