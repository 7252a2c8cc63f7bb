#include "core/workspace/project_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "base/beneath.h"
#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/metafile/pointer_file.h"
#include "core/workspace/ignore.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

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
  ProjectWalk(const std::string& root, Unreadable unreadable) : root_(root), unreadable_(unreadable) {}

  ProjectFiles run() {
    enter("", {}, {}, Owner::This);
    std::ranges::sort(found_.pointers);
    sort_pipeline_files(found_.pipelines);
    return std::move(found_);
  }

 private:
  enum class Owner { This, Other };  // whose project a directory belongs to

  void enter(const std::string& directory, IgnoreRules git, IgnoreRules dvx, Owner owner) {
    const Listing listing = list(join_path(root_, directory), unreadable_);
    if (listing.is_repository && !directory.empty()) return;
    if (listing.is_project && !directory.empty()) owner = Owner::Other;
    if (listing.has_gitignore) git = with_file(git, directory, ".gitignore");
    if (listing.has_dvxignore) dvx = with_file(dvx, directory, ".dvxignore");
    for (const std::string& name : listing.pointers) add(join_path(directory, name), dvx, found_.pointers);
    if (listing.has_pipeline && owner == Owner::This)
      add(join_path(directory, kPipelineFileName), dvx, found_.pipelines);
    for (const std::string& name : listing.directories) {
      const std::string path = join_path(directory, name);
      if (git.ignores(path, PathKind::Directory) || dvx.ignores(path, PathKind::Directory)) continue;
      enter(path, git, dvx, owner);
    }
  }

  static void add(std::string path, const IgnoreRules& dvx, std::vector<std::string>& to) {
    if (!dvx.ignores(path, PathKind::Other)) to.push_back(std::move(path));
  }

  IgnoreRules with_file(const IgnoreRules& rules, const std::string& directory, std::string_view name) const {
    const auto text = read_file_if_exists(join_path(join_path(root_, directory), name));
    return text ? rules.with(*text, directory) : rules;
  }

  const std::string& root_;
  Unreadable unreadable_;
  ProjectFiles found_;
};

}  // namespace

ProjectFiles find_project_files(const std::string& root, Unreadable unreadable) {
  return ProjectWalk(root, unreadable).run();
}

std::vector<std::string> find_pointer_files(const std::string& root, Unreadable unreadable) {
  return find_project_files(root, unreadable).pointers;
}

void sort_pipeline_files(std::vector<std::string>& files) {
  std::ranges::sort(files, {}, [](const std::string& file) { return parent_path(file); });
}

}  // namespace dvx
