// The directory of one writing session under `tmp/` of the store. It is locked while the session lives.
//
// When a session was killed, its directory has a free lock. The next session recognizes it by that and
// removes it.
#pragma once

#include <cstdint>
#include <string>

#include "base/file.h"
#include "base/file_lock.h"

namespace dvx {

class SessionDirectory {
 public:
  explicit SessionDirectory(const std::string& tmp);

  std::string path_of(const std::string& name) const;

 private:
  SessionDirectory(const std::string& tmp, const FileLock& guard);
  TemporaryDirectory directory_;
  FileLock lock_;
};

}  // namespace dvx
