#include "core/workspace/project_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <ranges>
#include <utility>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/pointer_file.h"
#include "core/workspace/barrier.h"
#include "core/workspace/git_ignore_rules.h"
#include "core/workspace/ignore.h"
#include "core/workspace/tracked.h"
#include "core/workspace/visible_pipelines.h"

namespace dvx {

namespace {

// What to do about a directory that may not be read: there is no file of ours in it, or nobody knows.
enum class Unreadable { IsPassedOver, Fails };

struct Listing {
  std::vector<std::string> directories, pointers;
  bool has_gitignore = false, has_dvxignore = false, has_pipeline = false;
  bool is_repository = false, is_project = false;
};

bool is_real_directory(int dir_fd, const DirectoryEntry& entry) {
  if (entry.type != DT_UNKNOWN) return entry.type == DT_DIR;
  struct ::stat st {};
  return ::fstatat(dir_fd, entry.name.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

// Empty when the directory went or, unless the caller must know, is not ours to read: no pointer file of ours
// is in there. Any other failure is one of the machine, and must not pass for a project that tracks nothing.
UniqueFd open_unless_closed(const std::string& path, Unreadable unreadable) {
  for (;;) {
    UniqueFd fd(beneath::open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    if (fd || errno == ENOENT || errno == ENOTDIR) return fd;
    if (unreadable != Unreadable::Fails && (errno == ELOOP || errno == EACCES)) return fd;
    if (errno != EINTR) throw system_error("read directory", path);
  }
}

Listing list(const std::string& path, Unreadable unreadable) {
  Listing listing;
  const UniqueFd fd = open_unless_closed(path, unreadable);
  if (!fd) return listing;
  for (const DirectoryEntry& entry : list_directory(fd.get(), path)) {
    const std::string& name = entry.name;
    if (name == ".git") listing.is_repository = true;
    if (name == ".dvx") listing.is_project = true;
    if (name == ".gitignore") listing.has_gitignore = true;
    if (name == ".dvxignore") listing.has_dvxignore = true;
    if (is_never_data(name)) continue;
    if (is_real_directory(fd.get(), entry)) {
      listing.directories.emplace_back(name);
    } else if (is_pointer_path(name)) {
      listing.pointers.emplace_back(name);
    } else if (name == kPipelineFileName) {
      listing.has_pipeline = true;
    }
  }
  return listing;
}

class ProjectWalk {
 public:
  enum class Ignored { IsPassedOver, IsEntered };

  ProjectWalk(const std::string& root, Ignored ignored) : root_(root), ignored_(ignored) {}

  void run(GitIgnoreRules git) {
    enter("", {.git = std::move(git), .dvx = {}, .owner = Owner::This});
    std::ranges::sort(pointers);
    std::ranges::sort(ignored_pointers);
    sort_pipeline_files(pipelines);
  }

  std::vector<std::string> pointers, pipelines;
  std::vector<std::string> ignored_pointers;  // in directories that were entered all the same
  std::vector<std::string> passed_over;       // each dvx.yaml at the top of a directory that was not

 private:
  enum class Owner { This, Other };  // whose project a directory belongs to
  struct Place {
    GitIgnoreRules git;
    IgnoreRules dvx;
    Owner owner;
    bool is_ignored = false;
  };

  void enter(const std::string& directory, Place place) {
    const bool must_know = ignored_ == Ignored::IsEntered && !place.is_ignored;
    const Listing listing =
        list(join_path(root_, directory), must_know ? Unreadable::Fails : Unreadable::IsPassedOver);
    if (listing.is_repository && !directory.empty()) return;
    if (listing.is_project && !directory.empty()) place.owner = Owner::Other;
    if (listing.has_gitignore) {
      if (const auto text = read(directory, ".gitignore")) place.git = place.git.with(*text, directory);
    }
    if (listing.has_dvxignore) {
      if (const auto text = read(directory, ".dvxignore")) place.dvx = place.dvx.with(*text, directory);
    }
    take_files(directory, place, listing);
    for (const std::string& name : listing.directories) {
      const std::string path = join_path(directory, name);
      Place inside = place;
      inside.is_ignored = place.is_ignored || place.git.ignores(path, PathKind::Directory) ||
                          place.dvx.ignores(path, PathKind::Directory);
      if (inside.is_ignored && ignored_ == Ignored::IsPassedOver) {
        note_passed_over(path, place.owner);
      } else {
        enter(path, std::move(inside));
      }
    }
  }

  void take_files(const std::string& directory, const Place& place, const Listing& listing) {
    for (const std::string& name : listing.pointers) {
      std::string path = join_path(directory, name);
      const bool is_ignored = place.is_ignored || place.dvx.ignores(path, PathKind::Other);
      if (!is_ignored)
        pointers.push_back(std::move(path));
      else if (ignored_ == Ignored::IsEntered)
        ignored_pointers.push_back(std::move(path));
    }
    if (!listing.has_pipeline || place.owner != Owner::This) return;
    std::string path = join_path(directory, kPipelineFileName);
    (place.dvx.ignores(path, PathKind::Other) ? passed_over : pipelines).push_back(std::move(path));
  }

  void note_passed_over(const std::string& directory, Owner owner) {
    if (owner != Owner::This || exists(join_path(join_path(root_, directory), ".dvx"))) return;
    std::string path = join_path(directory, kPipelineFileName);
    if (exists(join_path(root_, path))) passed_over.push_back(std::move(path));
  }

  std::optional<std::string> read(const std::string& directory, std::string_view name) const {
    return read_file_if_exists(join_path(join_path(root_, directory), name));
  }

  const std::string& root_;
  const Ignored ignored_;
};

void sort_once(std::vector<std::string>& paths) {
  std::ranges::sort(paths);
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
}

// A file that lies in the work tree itself: not behind a link, and not in another repository.
bool lies_here(const Repository& repository, const std::string& path) {
  const auto st = stat_if_exists(repository.path(path));
  return st && !S_ISDIR(st->st_mode) && !barrier_above(repository, path);
}

bool is_in_never_data(std::string_view path) {
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (is_never_data(path.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

// Adds the files that git tracks and that the walk did not reach.
ProjectFiles tracked_by_git(Repository& repository, const ProjectWalk& walk) {
  GitRepository& git = repository.git();
  const std::string prefix = path_beneath(repository.root(), git.work_tree()).value_or("");
  const auto is_ours = [&](std::string_view path) {
    return (is_pointer_path(path) || file_name(path) == kPipelineFileName) && is_beneath(path, prefix);
  };
  std::vector<std::string> walked = walk.pipelines;
  std::ranges::sort(walked);  // for the search; the order of pipelines is another
  ProjectFiles found;
  for (const GitIndexEntry& entry : git.index_entries(is_ours)) {
    std::string path = path_beneath(entry.path, prefix).value_or("");
    const bool is_pointer = is_pointer_path(path);
    if (std::ranges::binary_search(walk.pointers, path) || is_in_never_data(path)) continue;
    if (std::ranges::binary_search(walked, path)) continue;
    if (!lies_here(repository, path)) continue;
    (is_pointer ? found.pointers : found.pipelines).push_back(std::move(path));
  }
  return found;
}

void append(std::vector<std::string>& to, const std::vector<std::string>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

ProjectFiles find_project_files(Repository& repository) {
  ProjectWalk walk(repository.root(), ProjectWalk::Ignored::IsPassedOver);
  walk.run(GitIgnoreRules::at_root(repository));
  const ProjectFiles tracked = tracked_by_git(repository, walk);
  ProjectFiles files{.pointers = std::move(walk.pointers),
                     .pipelines = std::move(walk.pipelines),
                     .passed_over = std::move(walk.passed_over)};
  append(files.pointers, tracked.pointers);
  sort_once(files.pointers);
  const auto read = [&](const std::string& path) { return read_file_if_exists(repository.path(path)); };
  const std::vector<std::string> visible = visible_pipelines(tracked.pipelines, read);
  append(files.pipelines, visible);
  append(files.passed_over, tracked.pipelines);
  sort_once(files.pipelines);
  std::erase_if(files.passed_over,
                [&](const std::string& file) { return std::ranges::binary_search(files.pipelines, file); });
  sort_pipeline_files(files.pipelines);
  sort_once(files.passed_over);
  return files;
}

PointersAtHand find_pointers_at_hand(const std::string& root) {
  ProjectWalk walk(root, ProjectWalk::Ignored::IsEntered);
  walk.run({});
  return {.pointers = std::move(walk.pointers), .ignored = std::move(walk.ignored_pointers)};
}

FoundByWalk is_found_by_walk(Repository& repository, const std::string& file) {
  const auto read = [&](const std::string& path) { return read_file_if_exists(repository.path(path)); };
  if (is_hidden_by_dvxignore(file, read)) return FoundByWalk::NotPastDvxignore;
  const std::string directory = parent_path(file);
  GitIgnoreRules git = GitIgnoreRules::at_root(repository);
  std::vector<std::string> above;
  for (std::string at = directory; !at.empty(); at = parent_path(at)) above.push_back(at);
  above.emplace_back();
  for (const std::string& at : std::views::reverse(above)) {
    if (!at.empty() && git.ignores(at, PathKind::Directory)) return FoundByWalk::NotPastGitignore;
    if (const auto text = read(join_path(at, ".gitignore"))) git = git.with(*text, at);
  }
  return FoundByWalk::Yes;
}

void sort_pipeline_files(std::vector<std::string>& files) {
  std::ranges::sort(files, {}, [](const std::string& file) { return parent_path(file); });
}

}  // namespace dvx
