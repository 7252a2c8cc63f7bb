#include "core/git/index_copy.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <system_error>
#include <vector>

#include "base/error.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/git/asked_git.h"

namespace dvx {

namespace {

// Git tells by the time of the index which of its files may have changed unseen.
void keep_time(const std::string& path, const struct ::stat& source) {
  const std::array<timespec, 2> times = {source.st_mtim, source.st_mtim};
  if (::utimensat(AT_FDCWD, path.c_str(), times.data(), 0) != 0) throw system_error("set the time of", path);
}

}  // namespace

IndexCopy::IndexCopy(const struct ::stat& source, const std::string& parent)
    : source_(source), directory_(parent, "dvx-index") {}

std::string IndexCopy::path() const {
  return join_path(directory_.path(), "index");
}

std::unique_ptr<IndexCopy> IndexCopy::make(const std::string& git_dir, const std::string& work_tree,
                                           const std::string& file) {
  const auto source = stat_if_exists(file);
  const auto bytes = read_file_if_exists(file);
  std::error_code none;
  const std::string parent = std::filesystem::temp_directory_path(none).string();
  if (!source || !bytes || none) return nullptr;
  std::unique_ptr<IndexCopy> copy(new IndexCopy(*source, parent));
  write_file_atomically(copy->path(), *bytes, 0600, Durability::Relaxed);
  keep_time(copy->path(), *source);
  const ProcessResult result = ask_git(
      {.git_dir = git_dir,
       .work_tree = work_tree,
       .index_file = copy->path(),
       .arguments = {"-c", "index.sparse=false", "-c", "index.skipHash=false", "-c", "index.version=3", "-c",
                     "core.splitIndex=false", "-c", "core.untrackedCache=false", "update-index",
                     "--no-split-index", "--force-write-index"}});
  if (result.ok()) return copy;
  const std::string why = result.error_output.substr(0, result.error_output.find('\n'));
  if (why.find("unknown repository") == std::string::npos) return nullptr;
  throw Error(ErrorKind::Config, fmt::format("the git program here is older than this repository: {}", why),
              "git --version");
}

GitIndex IndexCopy::open() const {
  const std::string file = path();
  return git_make<GitIndex>("read git's index", git_index_open, file.c_str());
}

bool IndexCopy::is_still_of(const std::string& file) const {
  const auto now = stat_if_exists(file);
  return now && now->st_ino == source_.st_ino && now->st_size == source_.st_size &&
         now->st_mtim.tv_sec == source_.st_mtim.tv_sec && now->st_mtim.tv_nsec == source_.st_mtim.tv_nsec &&
         now->st_ctim.tv_sec == source_.st_ctim.tv_sec && now->st_ctim.tv_nsec == source_.st_ctim.tv_nsec;
}

}  // namespace dvx
