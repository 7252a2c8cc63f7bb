#include "core/runs/stage_claims.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/little_endian.h"
#include "base/path.h"
#include "base/unique_fd.h"
#include "core/workspace/tracked.h"
#include "objects/model/object_id.h"

namespace dvx {

namespace {

// Behind every claim that is one stage's.
constexpr off_t kEnd = off_t{1} << 61;

std::string claims_path(const Repository& repository) {
  return join_path(repository.dvx_dir(), "stages.lock");
}

off_t byte_of(const std::string& stage) {
  const ObjectId id = ObjectId::of(stage);
  return static_cast<off_t>(load_le(id.bytes().first(8)) % static_cast<std::uint64_t>(kEnd));
}

struct ::flock lock_of(short type, off_t start, off_t length) {
  struct ::flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  return lock;
}

// A user who may only read can see the claims of others, and takes none.
UniqueFd open_claims(const std::string& path) {
  UniqueFd fd(beneath::open(path, O_RDWR | O_CREAT));
  const bool is_read_only = !fd && (errno == EROFS || errno == EACCES);
  return fd ? std::move(fd) : open_file(path, is_read_only ? O_RDONLY : O_RDWR | O_CREAT);
}

Error lock_error(const std::string& path) {
  const int why = errno;
  const Error error = system_error("lock", path, why);
  if (why != ENOLCK && why != ENOSYS && why != EOPNOTSUPP) return error;
  return Error(error.kind(), error.message() + ": the file system has no locks",
               "mount it with locks (NFS: lockd or version 4)", path);
}

}  // namespace

// The kernel counts record locks by process and drops them all when any descriptor of the file is closed. So
// a process has one descriptor, and a count of its own beside it.
struct StageClaims::File {
  struct Held {
    std::map<const StageClaims::Taken*, int> alone, shared;  // how often by which object
    short kernel = F_UNLCK;
  };

  explicit File(std::string name) : path(std::move(name)), fd(open_claims(path)) {}

  static std::shared_ptr<File> of(const std::string& path) {
    static std::mutex files_mutex;
    static std::map<std::string, std::weak_ptr<File>> files;
    const std::lock_guard lock(files_mutex);
    auto file = files[path].lock();
    // What a fork has of it says nothing of the fork's own locks.
    if (!file || file->owner != ::getpid()) files[path] = file = std::make_shared<File>(path);
    return file;
  }

  // False when another process is in the way.
  bool set(short type, off_t start, off_t length) const {
    auto lock = lock_of(type, start, length);
    while (::fcntl(fd.get(), F_SETLK, &lock) != 0) {
      if (errno == EAGAIN || errno == EACCES) return false;
      if (errno != EINTR) throw lock_error(path);
    }
    return true;
  }

  // The first claim of another process in the way of one like that.
  std::optional<struct ::flock> in_the_way(short type, off_t start, off_t length) const {
    auto lock = lock_of(type, start, length);
    while (::fcntl(fd.get(), F_GETLK, &lock) != 0) {
      if (errno != EINTR) throw lock_error(path);
    }
    if (lock.l_type == F_UNLCK) return std::nullopt;
    return lock;
  }

  // What the kernel is to hold for all objects of this process together.
  bool adjust(off_t byte, Held& one) const {
    const short wanted = !one.alone.empty() ? F_WRLCK : !one.shared.empty() ? F_RDLCK : F_UNLCK;
    if (wanted == one.kernel || (wanted == F_UNLCK && !everything.empty() && set(F_RDLCK, byte, 1))) {
      one.kernel = wanted;
      return true;
    }
    if (!set(wanted, byte, 1)) return false;
    one.kernel = wanted;
    return true;
  }

  const pid_t owner = ::getpid();
  const std::string path;
  const UniqueFd fd;
  std::mutex mutex;  // guards what follows
  std::map<off_t, Held> held;
  std::set<const StageClaims::Taken*> everything;  // objects that share all stages
};

struct StageClaims::Taken {
  struct Claim {
    off_t byte = 0;
    bool alone = false;
  };
  std::map<std::string, std::vector<Claim>> by_stage;
};

std::string describe(const StageHolder& holder) {
  return holder.pid > 0 ? fmt::format("another dvx (pid {})", holder.pid) : "another dvx";
}

StageClaims::StageClaims(const Repository& repository)
    : file_(File::of(claims_path(repository))), taken_(std::make_unique<Taken>()) {}

bool StageClaims::were_made(const Repository& repository) {
  return exists(claims_path(repository));
}

StageClaims::StageClaims(StageClaims&&) noexcept = default;

StageClaims::~StageClaims() {
  if (!taken_) return;
  while (!taken_->by_stage.empty()) give_back(taken_->by_stage.begin()->first);
  const std::lock_guard lock(file_->mutex);
  if (file_->everything.erase(taken_.get()) == 0 || !file_->everything.empty()) return;
  file_->set(F_UNLCK, 0, kEnd);
  for (const auto& [byte, one] : file_->held) file_->set(one.kernel, byte, 1);
}

std::optional<StageHolder> StageClaims::try_take(const std::string& stage,
                                                 const std::vector<std::string>& needs) {
  return take_all(stage, stage, needs);
}

std::optional<StageHolder> StageClaims::try_share(const std::vector<std::string>& stages) {
  return take_all("", "", stages);
}

std::optional<StageHolder> StageClaims::take_all(const std::string& under, const std::string& alone,
                                                 const std::vector<std::string>& shared) {
  std::vector<Taken::Claim>& claims = taken_->by_stage[under];
  const auto take = [&](const std::string& stage, bool is_alone) -> std::optional<StageHolder> {
    const std::lock_guard lock(file_->mutex);
    const off_t byte = byte_of(stage);
    File::Held& held = file_->held[byte];
    const auto is_ours = [&](const auto& item) { return item.first == taken_.get(); };
    const bool in_the_way =
        !std::ranges::all_of(held.alone, is_ours) ||
        (is_alone && (!std::ranges::all_of(held.shared, is_ours) || !file_->everything.empty()));
    if (in_the_way) return StageHolder{stage, ::getpid()};
    auto& counts = is_alone ? held.alone : held.shared;
    ++counts[taken_.get()];
    if (file_->adjust(byte, held)) {
      claims.push_back({byte, is_alone});
      return std::nullopt;
    }
    if (--counts[taken_.get()] == 0) counts.erase(taken_.get());
    if (held.kernel == F_UNLCK) file_->held.erase(byte);
    const auto other = file_->in_the_way(is_alone ? F_WRLCK : F_RDLCK, byte, 1);
    return StageHolder{stage, other ? other->l_pid : 0};
  };
  auto holder = alone.empty() ? std::nullopt : take(alone, true);
  for (std::size_t i = 0; i < shared.size() && !holder; ++i) holder = take(shared[i], false);
  if (holder) give_back(under);
  return holder;
}

void StageClaims::give_back(const std::string& stage) {
  const auto claims = taken_->by_stage.extract(stage);
  if (!claims) return;
  const std::lock_guard lock(file_->mutex);
  for (const Taken::Claim& claim : claims.mapped()) {
    const auto held = file_->held.find(claim.byte);
    auto& counts = claim.alone ? held->second.alone : held->second.shared;
    if (--counts[taken_.get()] == 0) counts.erase(taken_.get());
    file_->adjust(claim.byte, held->second);
    if (held->second.kernel == F_UNLCK) file_->held.erase(held);
  }
}

bool StageClaims::try_share_all() {
  const std::lock_guard lock(file_->mutex);
  const bool is_claimed =
      std::ranges::any_of(file_->held, [](const auto& item) { return !item.second.alone.empty(); });
  if (is_claimed || !file_->set(F_RDLCK, 0, kEnd)) return false;
  file_->everything.insert(taken_.get());
  return true;
}

bool StageClaims::others_at_work() const {
  return file_->in_the_way(F_WRLCK, 0, kEnd).has_value();
}

std::optional<StageHolder> StageClaims::holder_of(const std::string& stage) const {
  const auto other = file_->in_the_way(F_RDLCK, byte_of(stage), 1);
  if (!other) return std::nullopt;
  return StageHolder{stage, other->l_pid};
}

StageClaims keep_outputs(Repository& repository, const std::vector<std::string>& paths) {
  StageClaims claims(repository);
  if (claims.try_share_all()) return claims;
  std::set<std::string> stages;
  for (const TrackedPath& tracked : tracked_paths(repository)) {
    const bool is_meant = std::ranges::any_of(paths, [&](const std::string& path) {
      return is_beneath(tracked.path, path) || is_beneath(path, tracked.path);
    });
    if (is_meant && !tracked.stage.empty()) stages.insert(tracked.stage);
  }
  const auto holder = claims.try_share({stages.begin(), stages.end()});
  if (!holder) return claims;
  throw Error(ErrorKind::Locked,
              fmt::format("stage '{}' is being run by {}, so its outputs are left alone", holder->stage,
                          describe(*holder)),
              "dvx repro   (waits for it)", holder->stage);
}

}  // namespace dvx
