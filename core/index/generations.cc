#include "core/index/generations.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <vector>

#include "base/beneath.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file_system.h"
#include "base/path.h"
#include "base/unique_fd.h"
#include "core/index/workspace_index.h"

namespace dvx {

namespace {

// Reading a small file again costs about as much as so many bytes of a large one.
constexpr std::uint64_t kWeightOfFile = 16384;
// Generations of earlier boots are looked through for empty ones when there are more.
constexpr std::int64_t kManyForeign = 16;

// Without the kernel's word every process is a boot of its own: what it notes counts for others when synced.
std::string boot_of_this_process() {
  return fmt::format("process {} of {}", ::getpid(), SystemClock().now_ns());
}

bool sync_whole(int fd) {
  return ::syncfs(fd) == 0;
}

struct Closed {
  std::int64_t number = 0;
  std::uint64_t device = 0;
  std::string sample;
};

}  // namespace

// `sample` is the path of a file on the device, by which the file system can be reached; `closed` is 1 since
// a sync of it began.
const char* const Generations::kSchema =
    "CREATE TABLE generations(number INTEGER PRIMARY KEY AUTOINCREMENT, boot TEXT NOT NULL, device INTEGER "
    "NOT NULL, sample BLOB NOT NULL, weight INTEGER NOT NULL, closed INTEGER NOT NULL)";

Generations::Generations(Database& database, const IndexOptions& options, Journal journal)
    : database_(database),
      root_(options.root),
      knows_boot_(!options.boot.empty()),
      boot_(knows_boot_ ? options.boot : boot_of_this_process()),
      most_unsynced_(knows_boot_ ? options.most_unsynced : 0),
      sync_file_system_(options.sync_file_system ? options.sync_file_system : sync_whole),
      journal_(journal) {}

std::int64_t Generations::number_for(const IndexEntry& entry) {
  // Read again in another boot than that in which its file was touched last, it came from the disk.
  const bool is_on_disk = entry.standing == Standing::Durable || entry.standing == Standing::Damaged;
  if (is_on_disk && knows_boot_) return kDurable;
  const auto [found, is_new] = running_.try_emplace(entry.stamp.device);
  if (is_new) found->second = running_on(entry);
  found->second.weight += entry.stamp.size + kWeightOfFile;
  return found->second.number;
}

Generations::Running Generations::running_on(const IndexEntry& entry) {
  if (is_kept_by_server(entry)) return {};
  Statement find =
      database_.prepare("SELECT number FROM generations WHERE boot = ?1 AND device = ?2 AND closed = 0");
  find.bind_text(1, boot_).bind(2, static_cast<std::int64_t>(entry.stamp.device));
  if (find.step()) return {.number = find.integer(0)};
  remove_empty();
  Statement insert =
      database_.prepare("INSERT INTO generations VALUES(NULL, ?1, ?2, ?3, 0, 0) RETURNING number");
  insert.bind_text(1, boot_).bind(2, static_cast<std::int64_t>(entry.stamp.device)).bind_blob(3, entry.path);
  insert.step();
  const Running made{.number = insert.integer(0)};
  insert.run();
  return made;
}

// A machine and its file server lose different bytes when the power goes, and a client's stamps are the
// server's: there another boot means nothing. FUSE file systems, whose daemon may be of this machine, are not
// meant.
bool Generations::is_kept_by_server(const IndexEntry& entry) {
  const auto [found, is_new] = kept_by_server_.try_emplace(entry.stamp.device, false);
  if (is_new) {
    const FileSystem system = file_system_of(join_path(root_, entry.path));
    found->second = system.reach == FileSystemReach::Network && !system.name.starts_with("FUSE");
  }
  return found->second;
}

// Earlier boots leave one each whose rows were all replaced since.
void Generations::remove_empty() {
  Statement count = database_.prepare("SELECT count(*) FROM generations WHERE boot <> ?1");
  count.bind_text(1, boot_);
  if (!count.step() || count.integer(0) <= kManyForeign) return;
  database_
      .prepare("DELETE FROM generations WHERE boot <> ?1 AND number NOT IN (SELECT generation FROM entries)")
      .bind_text(1, boot_)
      .run();
}

void Generations::end() {
  Statement add = database_.prepare("UPDATE generations SET weight = weight + ?2 WHERE number = ?1");
  for (const auto& [device, running] : running_)
    add.bind(1, running.number).bind(2, static_cast<std::int64_t>(running.weight)).run();
}

bool Generations::are_heavy() {
  Statement sum = database_.prepare("SELECT sum(weight) FROM generations WHERE boot = ?1 AND closed = 0");
  sum.bind_text(1, boot_);
  return sum.step() && sum.integer(0) > static_cast<std::int64_t>(most_unsynced_);
}

// Closed before the sync, so that rows which come meanwhile join another generation; and closed durably: on a
// file system with a journal, that makes the times of all files durable before the sync begins with their
// bytes. Else new bytes beneath old times would look unchanged after a cut between the two.
void Generations::make_durable() {
  std::vector<Closed> closed;
  Statement open =
      database_.prepare("SELECT number, device, sample FROM generations WHERE boot = ?1 AND closed = 0");
  open.bind_text(1, boot_);
  if (!open.step()) return;
  open.reset();
  if (journal_ == Journal::WriteAhead) database_.execute("PRAGMA synchronous=FULL");
  {
    Database::Transaction transaction(database_);
    while (open.step()) {
      closed.push_back(
          {open.integer(0), static_cast<std::uint64_t>(open.integer(1)), std::string(open.blob(2))});
    }
    open.reset();
    database_.prepare("UPDATE generations SET closed = 1 WHERE boot = ?1 AND closed = 0")
        .bind_text(1, boot_)
        .run();
    transaction.commit();
  }
  if (journal_ == Journal::WriteAhead) database_.execute("PRAGMA synchronous=NORMAL");
  Statement remove = database_.prepare("DELETE FROM generations WHERE number = ?1");
  for (const Closed& each : closed) {
    if (sync(each.device, each.sample)) remove.bind(1, each.number).run();
  }
}

// A sync of a FUSE file system ends in the kernel, and proves nothing of its daemon.
bool Generations::sync(std::uint64_t device, const std::string& sample) const {
  for (const std::string& place : {root_, join_path(root_, sample)}) {
    const UniqueFd fd(beneath::open(place, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    struct ::stat st {};
    if (fd.get() < 0 || ::fstat(fd.get(), &st) != 0 || st.st_dev != device) continue;
    if (reach_of(fd.get()) == FileSystemReach::Network) return false;
    // The times first, as above, where the index lies on another file system.
    if (S_ISREG(st.st_mode) && ::fsync(fd.get()) != 0) return false;
    return sync_file_system_(fd.get());
  }
  return false;
}

}  // namespace dvx
