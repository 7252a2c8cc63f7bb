// Files into a store as they are, one read-only file each: cloned where the file system can, copied else.
// What is hashed is the stored copy.
//
// May be used from many threads. Nothing is visible before publish().
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "objects/store/object_store.h"
#include "objects/store/session_directory.h"

namespace dvx {

class WholeWriter {
 public:
  explicit WholeWriter(ObjectStore& store) : held_(store.hold()), store_(store) {}

  // The content behind `source_fd`, from its start; returns its id.
  ObjectId add(int source_fd, const std::string& path_for_errors);
  void publish();  // durable and visible on return

 private:
  std::string staged_path(std::uint64_t number) const;
  void sync_staged() const;

  const std::optional<FileLock> held_;
  ObjectStore& store_;
  std::mutex mutex_;  // of all below
  std::optional<SessionDirectory> session_;
  std::uint64_t next_ = 0;
  std::vector<std::pair<ObjectId, std::uint64_t>> staged_;
};

}  // namespace dvx
