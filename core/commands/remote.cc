#include "core/commands/remote.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/path.h"
#include "core/share/remote_place.h"
#include "objects/backend/open_backend.h"

namespace dvx {

namespace {

constexpr const char* kDefaultKey = "core.remote";

std::string url_key(const std::string& name) {
  return fmt::format("remote.{}.url", name);
}

// Settings are read from the root, so a relative path is written as seen from there.
std::string stored_url(const Repository& repository, const std::string& typed) {
  const std::string path = path_of_file_url(typed);
  if (path.empty() || path.starts_with('/') || path.starts_with('~')) return typed;
  const std::string absolute = absolute_path(path, join_path(repository.root(), repository.cwd()));
  const std::string from_root = path_from(absolute, repository.root());
  return from_root.starts_with('~') ? "./" + from_root : from_root;
}

bool is_configured(Repository& repository, const std::string& name) {
  const std::vector<std::string> names = repository.config().remotes();
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Remote remote_add(Repository& repository, const RemoteAddOptions& options) {
  check_remote_name(options.name);
  const WritingLock lock = repository.lock_for_writing();
  if (options.existing == RemoteExisting::Refuse && is_configured(repository, options.name)) {
    throw Error(ErrorKind::Blocked, fmt::format("there is a remote '{}' already", options.name),
                fmt::format("dvx remote add -f {} {}", options.name, options.url), options.name);
  }
  const std::string url = stored_url(repository, options.url);
  open_backend(place_of_remote(repository, url), repository.root());  // throws for what cannot be one
  repository.config().set(options.scope, url_key(options.name), url);
  if (options.make_default == RemoteDefault::Set)
    repository.config().set(options.scope, kDefaultKey, options.name);
  return find_remote(repository, options.name);
}

std::vector<Remote> remote_list(Repository& repository) {
  return configured_remotes(repository);
}

void remote_default(Repository& repository, const std::string& name, ConfigScope scope) {
  find_remote(repository, name);
  const WritingLock lock = repository.lock_for_writing();
  repository.config().set(scope, kDefaultKey, name);
}

Remote remote_remove(Repository& repository, const std::string& name) {
  const Remote remote = find_remote(repository, name);
  const WritingLock lock = repository.lock_for_writing();
  Config& config = repository.config();
  for (const ConfigScope scope : {ConfigScope::Repository, ConfigScope::Local}) {
    config.unset(scope, url_key(name));
    if (config.get(kDefaultKey) == name) config.unset(scope, kDefaultKey);
  }
  if (is_configured(repository, name)) {
    throw Error(ErrorKind::Blocked,
                fmt::format("remote '{}' is set in your own configuration, outside of this repository", name),
                fmt::format("dvx config --user --unset {}", url_key(name)), name);
  }
  return remote;
}

}  // namespace dvx
