#include "core/git/git_opening.h"

#include <fmt/format.h>

#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

std::string first_line_of(std::string text) {
  return text.substr(0, text.find('\n'));
}

// "" when there is none.
std::string git_directory_around(const std::string& path) {
  git_buf found = GIT_BUF_INIT;
  const int code = git_repository_discover(&found, path.c_str(), 0, nullptr);
  std::string directory = code == 0 ? std::string(found.ptr, found.size) : std::string();
  git_buf_dispose(&found);
  while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  return directory;
}

// That all worktrees of a repository share, and where its settings are.
std::string common_directory_of(const std::string& git_dir) {
  const auto link = read_file_if_exists(join_path(git_dir, "commondir"));
  return link ? absolute_path(first_line_of(*link), git_dir) : git_dir;
}

std::string setting(const std::string& git_dir, const char* name) {
  const std::string file = join_path(common_directory_of(git_dir), "config");
  git_config* raw = nullptr;
  if (git_config_open_ondisk(&raw, file.c_str()) != 0) return {};
  const GitConfig settings(raw);
  git_buf value = GIT_BUF_INIT;
  const int code = git_config_get_string_buf(&value, settings.get(), name);
  std::string text = code == 0 ? std::string(value.ptr, value.size) : std::string();
  git_buf_dispose(&value);
  return text;
}

// Formats that git knows and libgit2 does not.
std::optional<Error> newer_kind(const std::string& git_dir, const std::string& shown) {
  if (git_dir.empty()) return std::nullopt;
  const std::string format = setting(git_dir, "extensions.objectformat");
  if (!format.empty() && format != "sha1") {
    return Error(ErrorKind::Config,
                 fmt::format("the git repository '{}' names its objects by {} "
                             "(extensions.objectFormat); dvx reads repositories that use sha1",
                             shown, format),
                 "git init --object-format=sha1   (in a new directory)", shown);
  }
  const std::string refs = setting(git_dir, "extensions.refstorage");
  if (!refs.empty() && refs != "files") {
    return Error(ErrorKind::Config,
                 fmt::format("the git repository '{}' keeps its branches as '{}' "
                             "(extensions.refStorage); dvx reads repositories that keep them as files",
                             shown, refs),
                 "git refs migrate --ref-format=files", shown);
  }
  return std::nullopt;
}

[[noreturn]] void fail(int code, const std::string& git_dir, const std::string& shown) {
  const git_error* last = git_error_last();
  const std::string reason = last != nullptr ? last->message : "unknown error";
  if (auto error = newer_kind(git_dir, shown)) throw Error(*std::move(error));
  if (code == GIT_EOWNER) check_git(code, fmt::format("open the git repository '{}'", shown));
  throw Error(ErrorKind::Config, fmt::format("cannot open the git repository '{}': {}", shown, reason),
              "git status   (tells whether git can)", shown);
}

}  // namespace

GitRepositoryHandle open_git_around(const std::string& path) {
  git_repository* raw = nullptr;
  const int code = git_repository_open_ext(&raw, path.c_str(), 0, nullptr);
  if (code == GIT_ENOTFOUND) return nullptr;
  if (code < 0) fail(code, git_directory_around(path), path);
  return GitRepositoryHandle(raw);
}

GitRepositoryHandle open_git_directory(const std::string& git_dir) {
  git_repository* raw = nullptr;
  const int code = git_repository_open(&raw, git_dir.c_str());
  if (code < 0) fail(code, git_dir, git_dir);
  return GitRepositoryHandle(raw);
}

}  // namespace dvx
