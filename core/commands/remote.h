// `dvx remote`: the remotes that .dvx/config names.
#pragma once

#include <string>
#include <vector>

#include "core/repo/repository.h"
#include "core/share/remotes.h"

namespace dvx {

enum class RemoteDefault { Keep, Set };
enum class RemoteExisting { Refuse, Replace };

struct RemoteAddOptions {
  std::string name, url;  // a relative path is seen from where the user is
  RemoteDefault make_default = RemoteDefault::Keep;
  RemoteExisting existing = RemoteExisting::Refuse;
  ConfigScope scope = ConfigScope::Repository;
};

// The remote as it was written: a path relative to the root if the user gave a relative one. Blocked when the
// name is taken, Usage for a bad name, Config for a URL that no backend understands.
Remote remote_add(Repository& repository, const RemoteAddOptions& options);
std::vector<Remote> remote_list(Repository& repository);
void remote_default(Repository& repository, const std::string& name, ConfigScope scope);
// Forgets it; what is on it stays.
Remote remote_remove(Repository& repository, const std::string& name);

}  // namespace dvx
