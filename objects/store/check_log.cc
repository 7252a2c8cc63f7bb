#include "objects/store/check_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "base/file_time.h"
#include "base/little_endian.h"
#include "base/path.h"
#include "base/stream.h"

namespace dvx {

namespace {

constexpr std::string_view kLogMagic = "DVXCHK1\n";
// The number of bytes of the SHA-256 of the rest that each record ends with.
constexpr std::size_t kProof = 8;
constexpr std::size_t kRecord = 88;
// The number of outdated records that make rewriting worthwhile.
constexpr std::size_t kWorthRewriting = 1024;

std::string log_path(const std::string& store_directory) {
  return join_path(store_directory, "checks.log");
}

void append_record(std::string& out, const Check& check) {
  const std::size_t begin = out.size();
  append_le(out, static_cast<std::uint64_t>(check.of), 8);
  out += as_text(check.id.bytes());
  for (const std::uint64_t number :
       {static_cast<std::uint64_t>(check.when_ns), check.size, check.inode,
        static_cast<std::uint64_t>(check.mtime_ns), static_cast<std::uint64_t>(check.ctime_ns)})
    append_le(out, number, 8);
  const ObjectId proof = ObjectId::of(std::string_view(out).substr(begin));
  out += as_text(proof.bytes()).substr(0, kProof);
}

// Returns false for a record that a crash or a full disk left unfinished.
bool parse_record(std::string_view bytes, Check& check) {
  const std::string_view said = bytes.substr(0, kRecord - kProof);
  const ObjectId proof = ObjectId::of(said);
  if (as_text(proof.bytes()).substr(0, kProof) != bytes.substr(kRecord - kProof)) return false;
  const auto number = [&](std::size_t at) { return load_le(as_bytes(said.substr(at, 8))); };
  const std::uint64_t of = number(0);
  if (of < static_cast<std::uint64_t>(CheckOf::Pack) || of > static_cast<std::uint64_t>(CheckOf::AllData))
    return false;  // written by a newer dvx
  check.of = static_cast<CheckOf>(of);
  check.id = ObjectId(as_bytes(said).subspan<8, ObjectId::kSize>());
  check.when_ns = static_cast<std::int64_t>(number(40));
  check.size = number(48);
  check.inode = number(56);
  check.mtime_ns = static_cast<std::int64_t>(number(64));
  check.ctime_ns = static_cast<std::int64_t>(number(72));
  return true;
}

std::tuple<CheckOf, const ObjectId&> key_of(const Check& check) {
  return {check.of, check.id};
}

// Keeps only the last check of each object. The result is sorted.
std::vector<Check> latest_of(std::vector<Check> checks) {
  std::ranges::reverse(checks);
  std::ranges::stable_sort(checks, {}, key_of);
  const auto same = [](const Check& a, const Check& b) { return key_of(a) == key_of(b); };
  checks.erase(std::unique(checks.begin(), checks.end(), same), checks.end());
  return checks;
}

// Returns the checks in the order of the log, or none when the bytes are not a log.
std::vector<Check> parse_log(std::string_view bytes) {
  std::vector<Check> checks;
  if (!bytes.starts_with(kLogMagic)) return checks;
  bytes.remove_prefix(kLogMagic.size());
  checks.reserve(bytes.size() / kRecord);
  for (; bytes.size() >= kRecord; bytes.remove_prefix(kRecord)) {
    Check check;
    if (parse_record(bytes.substr(0, kRecord), check)) checks.push_back(check);
  }
  return checks;
}

std::string serialize(std::span<const Check> checks) {
  std::string bytes;
  bytes.reserve(checks.size() * kRecord);
  for (const Check& check : checks) append_record(bytes, check);
  return bytes;
}

void rewrite(const std::string& path, std::span<const Check> added) {
  std::vector<Check> checks = parse_log(read_file_if_exists(path, limits::kOwnBytes).value_or(""));
  checks.insert(checks.end(), added.begin(), added.end());
  write_file_atomically(path, std::string(kLogMagic) + serialize(latest_of(std::move(checks))), 0666,
                        Durability::Relaxed);
}

}  // namespace

Check check_of(CheckOf of, const ObjectId& id, const struct ::stat& st, std::int64_t when_ns) {
  return {.of = of,
          .id = id,
          .when_ns = when_ns,
          .size = static_cast<std::uint64_t>(st.st_size),
          .inode = st.st_ino,
          .mtime_ns = to_ns(st.st_mtim),
          .ctime_ns = to_ns(st.st_ctim)};
}

bool same_bytes(const Check& a, const Check& b) {
  return a.size == b.size && a.inode == b.inode && a.mtime_ns == b.mtime_ns;
}

bool same_file(const Check& then, const Check& now) {
  return same_bytes(then, now) && then.ctime_ns == now.ctime_ns &&
         then.ctime_ns < then.when_ns - kClockTickNs;
}

CheckLog::CheckLog(std::string store_directory) : directory_(std::move(store_directory)) {
  try {
    checks_ = parse_log(read_file_if_exists(log_path(directory_), limits::kOwnBytes).value_or(""));
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Io && e.kind() != ErrorKind::Config) throw;
  }
  records_ = checks_.size();
  checks_ = latest_of(std::move(checks_));
}

const Check* CheckLog::find(CheckOf of, const ObjectId& id) const {
  const auto at = std::ranges::lower_bound(checks_, std::tuple<CheckOf, const ObjectId&>(of, id), {}, key_of);
  return at != checks_.end() && at->of == of && at->id == id ? &*at : nullptr;
}

void CheckLog::append(std::span<const Check> checks) const {
  if (checks.empty()) return;
  const std::string path = log_path(directory_);
  try {
    const auto lock = FileLock::acquire(path + ".lock", LockMode::Exclusive);
    const auto st = stat_if_exists(path);
    const auto size = st ? static_cast<std::size_t>(st->st_size) : 0;
    const bool in_order = records_ > 0 && size % kRecord == kLogMagic.size();
    if (!in_order || records_ > 2 * (checks_.size() + kWorthRewriting)) {
      rewrite(path, checks);
    } else {
      const UniqueFd fd = open_file(path, O_WRONLY | O_APPEND);
      write_all(fd.get(), serialize(checks), path);
    }
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Io && e.kind() != ErrorKind::NotFound) throw;
  }
}

}  // namespace dvx
