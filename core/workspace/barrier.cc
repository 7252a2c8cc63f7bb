#include "core/workspace/barrier.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/repo/real_place.h"

namespace dvx {

namespace {

constexpr std::uint32_t kSubmoduleMode = 0160000;

// From the root down, without the root.
std::vector<std::string> directories_above(const std::string& path) {
  std::vector<std::string> above;
  for (std::string at = parent_path(path); !at.empty(); at = parent_path(at)) above.push_back(at);
  std::ranges::reverse(above);
  return above;
}

std::string target_of(const Repository& repository, const std::string& link) {
  const std::string target = real_place(repository.path(link));
  return path_beneath(target, real_place(repository.root())).value_or(target);
}

// The rest of `path` below the barrier.
std::string behind(const Barrier& barrier, const std::string& path) {
  return path_beneath(path, barrier.at).value_or("");
}

}  // namespace

std::optional<Barrier> barrier_above(const Repository& repository, const std::string& path) {
  for (const std::string& directory : directories_above(path)) {
    const auto st = stat_if_exists(repository.path(directory));
    if (!st) return std::nullopt;
    if (S_ISLNK(st->st_mode))
      return Barrier{Barrier::Kind::Link, directory, target_of(repository, directory)};
    if (exists(join_path(repository.path(directory), ".git")))
      return Barrier{Barrier::Kind::Repository, directory, {}};
  }
  return std::nullopt;
}

std::optional<Barrier> barrier_above_indexed(Repository& repository, const std::string& path) {
  if (auto barrier = barrier_above(repository, path)) return barrier;
  for (const std::string& directory : directories_above(path)) {
    if (is_submodule(repository, directory)) return Barrier{Barrier::Kind::Repository, directory, {}};
  }
  return std::nullopt;
}

bool is_submodule(Repository& repository, const std::string& path) {
  const GitRepository& git = repository.git();
  const std::string prefix = path_beneath(repository.root(), git.work_tree()).value_or("");
  const auto entry = git.index_entry(join_path(prefix, path));
  return entry && entry->mode == kSubmoduleMode;
}

void refuse_barrier_above(Repository& repository, const std::string& path, const std::string& subject) {
  const auto barrier = barrier_above_indexed(repository, path);
  if (!barrier) return;
  const std::string at = display_path(repository.to_user(barrier->at));
  const std::string rest = behind(*barrier, path);
  if (barrier->kind == Barrier::Kind::Repository) {
    throw Error(
        ErrorKind::Usage, fmt::format("{} lies in '{}', which is a git repository of its own", subject, at),
        fmt::format("cd {}   (and use dvx there)", paste_quote(repository.to_user(barrier->at))), path);
  }
  const bool is_inside = !barrier->leads_to.starts_with('/');
  const std::string to = is_inside ? repository.to_user(barrier->leads_to) : barrier->leads_to;
  throw Error(ErrorKind::Usage,
              fmt::format("{} lies behind the link '{}', which leads to '{}'{}", subject, at,
                          display_path(to), is_inside ? "" : ", outside of this repository"),
              is_inside ? fmt::format("name it '{}'", display_path(join_path(to, rest)))
                        : fmt::format("cd {}   (and use dvx there)", paste_quote(to)),
              path);
}

}  // namespace dvx
