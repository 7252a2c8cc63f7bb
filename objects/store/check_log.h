// When the bytes of each pack and whole file were last read and found right, and what stat said of the file
// then: `checks.log` in the store (docs/formats/store.md).
//
// Disposable: lost, damaged or not writable, files are read once more and nothing else happens. Several
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
  Structure = 3,  // of the whole store; the id is zero
  AllData = 4,    // the same, with every byte read
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

// Nobody wrote to the file since: its size, inode and mtime are what they were. Links come and go.
bool same_bytes(const Check& a, const Check& b);
// Nobody so much as touched it, the racy rule included: its ctime is the same too, and was past already when
// it was looked at.
bool same_file(const Check& then, const Check& now);

class CheckLog {
 public:
  explicit CheckLog(std::string store_directory);  // reads it

  const Check* find(CheckOf of, const ObjectId& id) const;  // the latest
  const std::vector<Check>& all() const { return checks_; }

  // Adds to the log on disk, and writes it anew when most of it is out of date. No Error for a store that
  // this user cannot write to, or a full disk.
  void append(std::span<const Check> checks) const;

 private:
  std::string directory_;
  std::size_t records_ = 0;    // in the file, those out of date too
  std::vector<Check> checks_;  // sorted by kind and id, the latest of each
};

}  // namespace dvx
