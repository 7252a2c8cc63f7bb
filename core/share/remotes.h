// The remotes that the settings name, and opening one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/repo/repository.h"
#include "objects/backend/backend.h"
#include "objects/transfer/remote_index.h"

namespace dvx {

struct Remote {
  std::string name, url;
  bool is_default = false;
};

std::vector<Remote> configured_remotes(Repository& repository);  // sorted by name

// "" means the default: `core.remote`, or the only one there is. NotFound with the command that adds one.
Remote find_remote(Repository& repository, const std::string& name);

// Usage for a name that cannot be one.
void check_remote_name(const std::string& name);

// This project's name on remotes. Config when the repository has none.
std::string project_id(Repository& repository);

// A remote ready for transfer: its backend and what its index says. `url` may be a path relative to the root.
class OpenRemote {
 public:
  OpenRemote(Repository& repository, Remote remote);

  const Remote& remote() const { return remote_; }
  Backend& backend() { return *backend_; }
  RemoteIndex& index() { return *index_; }
  const std::string& cache() const { return cache_; }  // directory of what is kept here about it
  // NotFound unless something has been pushed to it.
  void require_data() const;
  // Before something is pushed: Config when nothing has been yet, and the directory has other things in it.
  // It was named by a slip then, or by settings that a stranger wrote.
  void require_place() const;

 private:
  Remote remote_;
  std::unique_ptr<Backend> backend_;
  std::string cache_;
  std::unique_ptr<RemoteIndex> index_;
};

}  // namespace dvx
