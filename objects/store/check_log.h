// The log of checks. It records when the bytes of each pack and whole file were last read and found right,
// and what stat said about the file at that time. It is kept in the file `checks.log` of the store
// (docs/formats/store.md).
//
// The log is disposable: when it is lost, damaged or not writable, the files are read once more, and nothing
// else happens. Several processes may append at once. One CheckLog object is used by one thread.
// processes may append at once; a log is read by one thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "objects/model/object_id.h"

namespace dvx {

// On disk: never renumber.
enum class CheckOf : std::uint8_t {
  Pack = 1,
  WholeFile = 2,
  // A check of the structure of the whole store; the id is zero.
  Structure = 3,
  // A check of the whole store in which every byte was read; the id is zero.
  AllData = 4,
};

struct Check {
  CheckOf of = CheckOf::Pack;
  ObjectId id;
  std::int64_t when_ns = 0;
  std::uint64_t size = 0, inode = 0;
  std::int64_t mtime_ns = 0, ctime_ns = 0;

  friend bool operator==(const Check&, const Check&) = default;
};

Check check_of(CheckOf of, const ObjectId& id, const struct ::stat& st, std::int64_t when_ns);

// Says whether the file was left unwritten between the two checks: size, inode and mtime are equal. The ctime
// may differ, since links come and go.
bool same_bytes(const Check& a, const Check& b);
// Says whether the file was not touched in any way since `then`. Its ctime must be equal too, and by the rule
// about recent changes it must already have been past when the file was checked.
bool same_file(const Check& then, const Check& now);

class CheckLog {
 public:
  // Reads the log.
  explicit CheckLog(std::string store_directory);

  // Returns the latest check of that object, or null.
  const Check* find(CheckOf of, const ObjectId& id) const;
  const std::vector<Check>& all() const { return checks_; }

  // Adds to the log on disk, and rewrites the file when most of its records are out of date. It throws no
  // Error when this user cannot write to the store or the disk is full.
  void append(std::span<const Check> checks) const;

 private:
  std::string directory_;
  // The number of records in the file, including those that are out of date.
  std::size_t records_ = 0;
  // The latest check of each object, sorted by kind and id.
  std::vector<Check> checks_;
};

}  // namespace dvx
