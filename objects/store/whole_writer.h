// Stores files as they are, as one read-only file each. A file is cloned where the file system supports it,
// and copied otherwise. The hash is computed from the stored copy.
//
// Many threads may use one writer. Nothing is visible before publish().
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

  // Stores the content of `source_fd` from its start and returns its id.
  ObjectId add(int source_fd, const std::string& path_for_errors);
  void publish();  // durable and visible on return

 private:
  std::string staged_path(std::uint64_t number) const;
  void sync_staged() const;

  const std::optional<FileLock> held_;
  ObjectStore& store_;
  std::mutex mutex_;  // guards everything below
  std::optional<SessionDirectory> session_;
  std::uint64_t next_ = 0;
  std::vector<std::pair<ObjectId, std::uint64_t>> staged_;
};

}  // namespace dvx
