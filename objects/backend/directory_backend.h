// A remote that is a directory: on this machine, or mounted. Names are files below it.
//
// Files are written under `.tmp/` beside the names, synced, renamed (or linked, for write_if_absent) into
// place, and their directory is synced. The directory itself is made by the first write. What a killed writer
// left under `.tmp/` is removed by a later one, a day after.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "base/beneath.h"
#include "objects/backend/backend.h"

namespace dvx {

class DirectoryBackend final : public Backend {
 public:
  explicit DirectoryBackend(std::string directory);  // absolute
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
  // Makes the directory and those above it, each entry durable; remembers what it made sure of.
  void ensure_directory(const std::string& path);
  void remove_stale_temporaries(const std::string& directory);

  std::string directory_;
  DirectoryGuard guard_;  // of `directory_`: whoever may write to a remote could put links there
  std::mutex mutex_;
  std::set<std::string> known_directories_;
};

}  // namespace dvx
