#include "core/git/git_handle.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

#include "base/error.h"

namespace dvx {

std::string hex_of(const git_oid& id) {
  char text[GIT_OID_HEXSZ + 1];
  git_oid_tostr(text, sizeof text, &id);
  return text;
}

void start_libgit2() {
  static const bool started = [] {
    check_git(git_libgit2_init(), "start libgit2");
    // Repositories that say so are read as well as others: settings of one worktree alone are nothing dvx
    // asks for, paths of worktrees may be relative everywhere, and objects that a partial clone lacks are
    // asked of git.
    static std::array<const char*, 4> extensions = {"worktreeconfig", "relativeworktrees", "partialclone",
                                                    "preciousobjects"};
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions.data(), extensions.size());
    return true;
  }();
  static_cast<void>(started);
}

void check_git(int code, std::string_view action) {
  if (code >= 0) return;
  const git_error* last = git_error_last();
  const std::string reason = last != nullptr ? last->message : "unknown error";
  if (code == GIT_EOWNER) {
    throw Error(ErrorKind::Config, fmt::format("cannot {}: {}", action, reason),
                "git config --global --add safe.directory \"$(pwd)\"");
  }
  throw Error(code == GIT_ENOTFOUND ? ErrorKind::NotFound : ErrorKind::Io,
              fmt::format("cannot {}: {}", action, reason));
}

// libgit2 asks for the size of the file and opens it then. When another one takes its name between the two,
// what is read is cut short or too short, and says so, or fails its checksum.
GitIndex read_git_index(const std::function<int(git_index**)>& open, std::string_view action,
                        const std::function<GitIndex()>& otherwise) {
  constexpr int kAttempts = 20;
  constexpr int kBeforeOtherwise = 3;  // by then a file that was being replaced has been
  int code = -1;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    git_index* raw = nullptr;
    code = open(&raw);
    GitIndex index(raw);
    // One that could not be read whole is empty in memory, and looks unchanged when its file comes back.
    if (code >= 0) code = git_index_read(index.get(), attempt > 0 ? 1 : 0);
    if (code >= 0) return index;
    if (attempt == kBeforeOtherwise) {
      if (GitIndex other = otherwise()) return other;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(attempt));
  }
  check_git(code, action);
  return nullptr;
}

}  // namespace dvx
