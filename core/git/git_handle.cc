#include "core/git/git_handle.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "base/error.h"

namespace dvx {

void start_libgit2() {
  static const bool started = [] {
    check_git(git_libgit2_init(), "start libgit2");
    // Worktrees with settings of their own are read as well as others: nothing dvx asks for depends on them.
    static std::array<const char*, 1> extensions = {"worktreeconfig"};
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

}  // namespace dvx
