#include "core/commands/init.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstddef>

#include "base/error.h"
#include "base/file.h"
#include "base/hex.h"
#include "base/path.h"
#include "core/repo/own_files.h"

namespace dvx {

namespace {

constexpr const char* kConfig = ".dvx/config";
constexpr const char* kGitignore = ".dvx/.gitignore";

// Everything but the settings is this clone's own.
constexpr const char* kGitignoreText =
    "# Written by dvx. Settings are shared through git; objects, caches and locks are not.\n"
    "*\n"
    "!/.gitignore\n"
    "!/config\n";

std::string random_project() {
  std::array<std::byte, 8> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw system_error("read", "random bytes");
  }
  return to_hex(bytes);
}

std::string work_tree_around(const std::string& directory) {
  const auto git = GitRepository::discover(directory);
  if (!git || git->work_tree().empty()) {
    throw Error(ErrorKind::NotARepository, fmt::format("'{}' is not in a git work tree", directory),
                "git init && dvx init", directory);
  }
  return git->work_tree();
}

// Also what an init that did not come to its end had written.
void stage_new(GitRepository& git) {
  std::vector<std::string> unknown;
  for (const char* path : {kConfig, kGitignore}) {
    if (!git.is_tracked(path)) unknown.emplace_back(path);
  }
  git.stage(unknown);
}

}  // namespace

InitReport init(const Surroundings& surroundings, Progress&) {
  InitReport report;
  report.root = work_tree_around(surroundings.cwd);
  const std::string config = join_path(report.root, kConfig);
  report.existed = exists(config);
  const auto git = GitRepository::discover(report.root);
  refuse_foreign_files(report.root, git ? &*git : nullptr);
  make_directories(join_path(report.root, ".dvx"));
  if (!exists(join_path(report.root, kGitignore))) {
    write_file_atomically(join_path(report.root, kGitignore), kGitignoreText);
    report.written.emplace_back(kGitignore);
  }
  if (!report.existed) write_file_atomically(config, "");
  Surroundings at_root = surroundings;
  at_root.cwd = report.root;
  Repository repository = Repository::open(at_root);
  if (!repository.config().get("core.project")) {
    repository.config().set(ConfigScope::Repository, "core.project", random_project());
    report.written.emplace_back(kConfig);
  }
  report.project = repository.config().get_or("core.project", "");
  repository.store();  // made now, so that a place that cannot be written is told now
  stage_new(repository.git());
  return report;
}

}  // namespace dvx
