#include "core/share/remotes.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/directory.h"
#include "base/display.h"
#include "base/error.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "core/share/remote_place.h"
#include "objects/backend/open_backend.h"

namespace dvx {

namespace {
std::string url_key(const std::string& name) {
  return fmt::format("remote.{}.url", name);
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  });
}

[[noreturn]] void no_such_remote(const std::string& name, const std::vector<Remote>& remotes) {
  std::vector<std::string_view> names;
  for (const Remote& remote : remotes) names.emplace_back(remote.name);
  const auto near = nearest_word(name, names);
  throw Error(
      ErrorKind::NotFound,
      near ? fmt::format("no remote '{}'; did you mean '{}'?", name, *near)
           : fmt::format("no remote '{}'", name),
      remotes.empty() ? fmt::format("dvx remote add {} /path/to/a/directory", name) : "dvx remote list",
      name);
}
}  // namespace

std::vector<Remote> configured_remotes(Repository& repository) {
  Config& config = repository.config();
  std::vector<Remote> remotes;
  for (const std::string& name : config.remotes())
    remotes.push_back({name, config.get_or(url_key(name), ""), false});
  const auto chosen = config.get("core.remote");
  for (Remote& remote : remotes) remote.is_default = chosen ? remote.name == *chosen : remotes.size() == 1;
  return remotes;
}

Remote find_remote(Repository& repository, const std::string& name) {
  const std::vector<Remote> remotes = configured_remotes(repository);
  if (name.empty()) {
    for (const Remote& remote : remotes) {
      if (remote.is_default) return remote;
    }
    if (const auto chosen = repository.config().get("core.remote")) no_such_remote(*chosen, remotes);
    if (remotes.empty()) {
      throw Error(ErrorKind::NotFound, "there is no remote yet",
                  "dvx remote add -d origin /path/to/a/directory");
    }
    throw Error(ErrorKind::Usage, "there are several remotes and none is the default",
                fmt::format("dvx remote default {}", remotes.front().name));
  }
  for (const Remote& remote : remotes) {
    if (remote.name == name) return remote;
  }
  no_such_remote(name, remotes);
}

void check_remote_name(const std::string& name) {
  if (is_word(name) && name.front() != '-' && name.front() != '.') return;
  throw Error(ErrorKind::Usage,
              fmt::format("'{}' cannot be the name of a remote: use letters, digits, '.', '_' and '-'",
                          display_path(name)),
              "dvx remote add origin /path/to/a/directory");
}

std::string project_id(Repository& repository) {
  const std::string project = repository.config().get_or("core.project", "");
  const bool fits =
      !project.empty() && project.front() != '.' && std::all_of(project.begin(), project.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
      });
  if (fits) return project;
  throw Error(
      ErrorKind::Config,
      project.empty()
          ? "core.project is not set in .dvx/config, so a remote cannot tell this project from others"
          : fmt::format("core.project is '{}': only a-z, 0-9, '.', '_' and '-' may be in it", project),
      "dvx init");
}

OpenRemote::OpenRemote(Repository& repository, Remote remote)
    : remote_(std::move(remote)),
      backend_(open_backend(place_of_remote(repository, remote_.url), repository.root())),
      cache_(remote_cache_directory(repository.store().directory(), backend_->url())),
      index_(std::make_unique<RemoteIndex>(*backend_, join_path(cache_, "index"))) {}

void OpenRemote::require_data() const {
  if (index_->exists()) return;
  throw Error(ErrorKind::NotFound,
              fmt::format("nothing has been pushed to remote '{}' at '{}', or it is not there", remote_.name,
                          remote_.url),
              "dvx push", remote_.url);
}

void OpenRemote::require_place() const {
  const std::string directory = path_of_file_url(backend_->url());
  if (index_->exists() || directory.empty()) return;
  for (const std::string& name : names_in_directory(directory)) {
    const bool is_ours = name == ".tmp";  // of a push that ended before it had begun
    const bool is_of_the_file_system = name == "lost+found" || name == ".snapshot";
    if (is_ours || is_of_the_file_system) continue;
    throw Error(
        ErrorKind::Config,
        fmt::format("remote '{}' at '{}' is no remote of dvx yet, and there are other things, such as "
                    "'{}': it has to begin in an empty directory",
                    remote_.name, display_path(remote_.url), display_path(name)),
        fmt::format("dvx remote add -f {} {}", remote_.name,
                    paste_quote(join_path(remote_.url, "dvx-remote"))),
        remote_.url);
  }
}

}  // namespace dvx
