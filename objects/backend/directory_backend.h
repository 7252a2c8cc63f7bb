// A remote that is a directory, on this machine or on a mounted file system. Each name is a file below it.
//
// A file is written under `.tmp/`, synced, and renamed (or linked, for write_if_absent) to its name; then its
// directory is synced. The first write makes the directory itself. When a writer is killed, its files under
// `.tmp/` are removed by a later writer, once they are a day old.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "base/beneath.h"
#include "objects/backend/backend.h"

namespace dvx {

class DirectoryBackend final : public Backend {
 public:
  // `directory` must be absolute.
  explicit DirectoryBackend(std::string directory);
  std::string url() const override { return directory_; }
  std::optional<BackendEntry> stat(const std::string& name) override;
  void read(const std::string& name, std::uint64_t offset, std::optional<std::uint64_t> length,
            Sink& sink) override;
  void write(const std::string& name, Source& source, std::uint64_t size) override;
  WriteResult write_if_absent(const std::string& name, Source& source, std::uint64_t size) override;
  void list(const std::string& prefix, const std::function<void(const BackendEntry&)>& visit) override;
  void remove(const std::string& name) override;

 private:
  std::string path_of(const std::string& name) const;
  // Makes the directory and those above it, each one durable. Remembers the directories that it has checked.
  void ensure_directory(const std::string& path);
  void remove_stale_temporaries(const std::string& directory);

  std::string directory_;
  // Guards `directory_`, because anybody who may write to a remote could put links there.
  DirectoryGuard guard_;
  std::mutex mutex_;
  std::set<std::string> known_directories_;
};

}  // namespace dvx
