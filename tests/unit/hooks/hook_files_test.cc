#include "hooks/hook_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"

namespace dvx {
namespace {

class HookFilesTest : public testing::Test {
 protected:
  HookFilesTest() : directory_(testing::TempDir()) {
    run({"git", "init", "-q"});
    run({"git", "config", "user.name", "Ada"});
    run({"git", "config", "user.email", "ada@example.org"});
    make_directories(path("bin"));
    write_script(path("bin/dvx"), "#!/bin/sh\necho \"$@\" >> calls\nexit ${DVX_EXIT:-0}\n");
  }

  std::string path(const std::string& name) const { return join_path(directory_.path(), name); }
  std::string hook() const { return path(".git/hooks/pre-commit"); }
  std::string executable() const { return path("bin/dvx"); }
  GitRepository git() const { return GitRepository::discover(directory_.path()).value(); }

  static void write_script(const std::string& file, const std::string& text) {
    make_directories(parent_path(file));
    write_file_atomically(file, text, 0777, Durability::Relaxed);
  }
  ProcessResult run(const std::vector<std::string>& argv) const {
    ProcessOptions options;
    options.directory = directory_.path();
    return run_process(argv, options);
  }
  ProcessResult commit() const { return run({"git", "commit", "-q", "--allow-empty", "-m", "x"}); }
  HookStatus status() const { return hook_status(git(), executable()).at(0); }

  TemporaryDirectory directory_;
};

TEST_F(HookFilesTest, InstalledHookCallsDvx) {
  EXPECT_EQ(status().state, HookState::Absent);
  install_hooks(git(), executable());
  EXPECT_EQ(status().state, HookState::Installed);
  EXPECT_TRUE(commit().ok());
  EXPECT_EQ(read_file(path("calls")), "hook run pre-commit\n");
}

TEST_F(HookFilesTest, WhatDvxRefusesIsNotCommitted) {
  write_script(path("bin/dvx"), "#!/bin/sh\nexit 1\n");
  install_hooks(git(), executable());
  EXPECT_FALSE(commit().ok());
}

TEST_F(HookFilesTest, InstallingTwiceChangesNothing) {
  install_hooks(git(), executable());
  install_hooks(git(), executable());
  EXPECT_EQ(status().state, HookState::Installed);
  EXPECT_FALSE(status().chained);
}

TEST_F(HookFilesTest, AHookFromBeforeRunsFirstAndComesBack) {
  const std::string before = "#!/bin/sh\necho before >> calls\n";
  write_script(hook(), before);
  EXPECT_EQ(status().state, HookState::Foreign);
  install_hooks(git(), executable());
  EXPECT_TRUE(status().chained);
  EXPECT_TRUE(commit().ok());
  EXPECT_EQ(read_file(path("calls")), "before\nhook run pre-commit\n");
  uninstall_hooks(git(), executable());
  EXPECT_EQ(read_file(hook()), before);
  EXPECT_FALSE(status().chained);
}

TEST_F(HookFilesTest, AHookFromBeforeThatFailsStopsTheCommit) {
  write_script(hook(), "#!/bin/sh\nexit 3\n");
  install_hooks(git(), executable());
  EXPECT_FALSE(commit().ok());
  EXPECT_FALSE(exists(path("calls")));
}

TEST_F(HookFilesTest, UninstallRemovesOnlyOurs) {
  install_hooks(git(), executable());
  uninstall_hooks(git(), executable());
  EXPECT_FALSE(exists(hook()));
  write_script(hook(), "#!/bin/sh\n");
  uninstall_hooks(git(), executable());
  EXPECT_EQ(read_file(hook()), "#!/bin/sh\n");
}

TEST_F(HookFilesTest, TwoForeignHooksAreNotMerged) {
  write_script(hook(), "#!/bin/sh\n");
  install_hooks(git(), executable());
  write_script(hook(), "#!/bin/sh\n# another tool's\n");
  EXPECT_THROW(install_hooks(git(), executable()), Error);
  EXPECT_EQ(read_file(hook()), "#!/bin/sh\n# another tool's\n");
}

TEST_F(HookFilesTest, AHookOfAnotherDvxIsOutdatedAndIsReplaced) {
  install_hooks(git(), "/opt/old/dvx");
  EXPECT_EQ(status().state, HookState::Outdated);
  install_hooks(git(), executable());
  EXPECT_EQ(status().state, HookState::Installed);
  EXPECT_FALSE(status().chained);
}

TEST_F(HookFilesTest, WithoutAnyDvxTheCommitIsStopped) {
  install_hooks(git(), path("gone/dvx"));
  ProcessOptions options;
  options.directory = directory_.path();
  options.environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", directory_.path()}};
  const ProcessResult result = run_process({"git", "commit", "--allow-empty", "-m", "x"}, options);
  EXPECT_FALSE(result.ok());
  EXPECT_NE(result.error_output.find("cannot find dvx"), std::string::npos) << result.error_output;
}

TEST_F(HookFilesTest, GoesWhereGitLooksForHooks) {
  run({"git", "config", "core.hooksPath", "tools/hooks"});
  install_hooks(git(), executable());
  EXPECT_EQ(status().file, path("tools/hooks/pre-commit"));
  EXPECT_TRUE(commit().ok());
  EXPECT_TRUE(exists(path("calls")));
}

}  // namespace
}  // namespace dvx
