// A writing session's own directory under the store's `tmp/`, locked while the session lives.
//
// What a killed session left behind is recognised by its lock being free, and removed when the next one
// begins.
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
