#include "core/share/remote_place.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/path.h"
#include "core/repo/home_path.h"
#include "core/repo/real_place.h"
#include "objects/backend/open_backend.h"

namespace dvx {

namespace {

void refuse_within(const std::string& place, const std::string& url, const std::string& directory,
                   std::string_view what) {
  if (!is_beneath(place, real_place(directory))) return;
  throw Error(ErrorKind::Config,
              fmt::format("a remote cannot be in {}, and '{}' leads to '{}'", what, display_path(url),
                          display_path(place)),
              "dvx remote add -f -d origin ~/dvx-remote", url);
}

}  // namespace

std::string place_of_remote(Repository& repository, const std::string& url) {
  const std::string path = path_of_file_url(url);
  if (path.empty()) return url;
  const std::string absolute =
      absolute_path(resolve_home(path, repository.surroundings(), "remote"), repository.root());
  const std::string place = real_place(absolute);
  refuse_within(place, url, repository.root(), "the work tree");
  refuse_within(place, url, repository.git().work_tree(), "the work tree");
  refuse_within(place, url, repository.git().common_dir(), "git's own directory");
  refuse_within(place, url, repository.store_dir(), "the store");
  return absolute;
}

}  // namespace dvx
