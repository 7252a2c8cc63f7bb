// Checkouts that were cut short, by a signal or a full disk: the directories they were to change are named in
// `.dvx/checkout` from before anything is changed until all is in place. What is there is not what somebody
// made: `commit` does not record it, and `repro` does not read it, unless it turns out to be what is
// recorded. (A single file has its old content or its new one.) docs/formats/checkout.md
//
// Of this work tree alone, and changed under its lock for writing. Not synced: after a power cut what was
// just checked out may be short without a mark (docs/reliability.md).
#pragma once

#include <string>
#include <vector>

#include "base/path_set.h"
#include "core/repo/repository.h"

namespace dvx {

class UnfinishedCheckouts {
 public:
  explicit UnfinishedCheckouts(Repository& repository);  // Error{Config}: a newer dvx has written it

  // Some of what is at `path`, or in it, or around it, may be missing or of another version.
  bool concern(const std::string& path) const;
  bool empty() const { return paths_.empty(); }

  void begin(const std::vector<std::string>& paths);
  // What is there is as it was to be; or somebody said that it is meant, by `dvx add`.
  void end(const std::vector<std::string>& paths);
  void end_all();

 private:
  void write() const;

  std::string file_;
  PathSet paths_;  // from the root
};

}  // namespace dvx
