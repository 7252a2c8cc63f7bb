#include "core/git/git_repository.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"

namespace dvx {
namespace {

using Paths = std::vector<std::string>;

class GitRepositoryTest : public testing::Test {
 protected:
  GitRepositoryTest() : directory_(testing::TempDir()) {
    git({"init", "-q", "-b", "main"});
    git({"config", "user.name", "Ada"});
    git({"config", "user.email", "ada@example.org"});
    git({"config", "commit.gpgSign", "false"});
  }

  std::string path(const std::string& name) const { return join_path(directory_.path(), name); }

  std::string git_in(const std::string& where, const Paths& arguments) const {
    Paths argv = {"git"};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    ProcessOptions options;
    options.directory = where;
    const ProcessResult result = run_process(argv, options);
    EXPECT_TRUE(result.ok()) << arguments.at(0) << ": " << result.error_output;
    return result.output;
  }
  std::string git(const Paths& arguments) const { return git_in(directory_.path(), arguments); }

  void write(const std::string& name, const std::string& text) const {
    make_directories(parent_path(path(name)));
    write_file_atomically(path(name), text, 0666, Durability::Relaxed);
  }

  std::string commit_all(const std::string& message) const {
    git({"add", "-A"});
    git({"commit", "-q", "-m", message});
    std::string id = git({"rev-parse", "HEAD"});
    id.pop_back();
    return id;
  }

  GitRepository open() const { return GitRepository::discover(directory_.path()).value(); }

  TemporaryDirectory directory_;
};

Paths paths_of(const std::vector<GitIndexEntry>& entries) {
  Paths paths;
  for (const GitIndexEntry& entry : entries) paths.push_back(entry.path);
  return paths;
}

bool everything(std::string_view) {
  return true;
}

TEST_F(GitRepositoryTest, IsFoundFromASubdirectory) {
  make_directories(path("a/b"));
  const auto found = GitRepository::discover(path("a/b"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->work_tree(), directory_.path());
  EXPECT_EQ(found->git_dir(), path(".git"));
}

TEST_F(GitRepositoryTest, OutsideOfARepositoryThereIsNone) {
  const TemporaryDirectory elsewhere(testing::TempDir());
  EXPECT_FALSE(GitRepository::discover(elsewhere.path()));
}

TEST_F(GitRepositoryTest, HasNoHeadBeforeTheFirstCommit) {
  EXPECT_EQ(open().head(), std::nullopt);
  EXPECT_THROW(static_cast<void>(open().resolve("HEAD")), Error);
}

TEST_F(GitRepositoryTest, TellsTheHead) {
  write("x", "1");
  const std::string first = commit_all("one");
  EXPECT_EQ(open().head(), first);
  git({"checkout", "-q", "--detach"});
  EXPECT_EQ(open().head(), first);
}

TEST_F(GitRepositoryTest, ResolvesRevisionsAndTagsToCommits) {
  write("x", "1");
  const std::string first = commit_all("one");
  git({"tag", "-a", "v1", "-m", "annotated"});
  write("x", "2");
  commit_all("two");
  EXPECT_EQ(open().resolve("HEAD~1"), first);
  EXPECT_EQ(open().resolve("v1"), first);
  EXPECT_EQ(open().resolve(first.substr(0, 8)), first);
}

TEST_F(GitRepositoryTest, AnUnknownRevisionIsNotFound) {
  write("x", "1");
  commit_all("one");
  try {
    static_cast<void>(open().resolve("nope"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::NotFound);
    EXPECT_EQ(error.message(), "no commit 'nope'");
  }
}

TEST_F(GitRepositoryTest, WalksHistoryNewestFirst) {
  write("x", "1");
  commit_all("one");
  write("x", "2");
  const std::string last = commit_all("two");
  Paths summaries;
  open().walk_history(last, [&](const GitCommitInfo& info) {
    summaries.push_back(info.summary + " by " + info.author);
    return true;
  });
  EXPECT_EQ(summaries, (Paths{"two by Ada", "one by Ada"}));
  EXPECT_EQ(open().commit_parents(last), Paths{open().resolve("HEAD~1")});
}

TEST_F(GitRepositoryTest, ReadsFilesAsOfACommitAndInTheIndex) {
  write("a/x", "old");
  const std::string first = commit_all("one");
  write("a/x", "new");
  git({"add", "a/x"});
  EXPECT_EQ(open().read_at(first, "a/x"), "old");
  EXPECT_EQ(open().read_at(first, "a"), std::nullopt);
  EXPECT_EQ(open().read_at(first, "a/y"), std::nullopt);
  EXPECT_EQ(open().read_index("a/x"), "new");
  EXPECT_EQ(open().read_index("a/y"), std::nullopt);
}

TEST_F(GitRepositoryTest, ListsTheFilesOfACommitInPathOrder) {
  write("a/x", "1");
  write("a.txt", "22");
  write("b", "333");
  const std::string first = commit_all("one");
  const auto entries = open().list_at(first, everything);
  EXPECT_EQ(paths_of(entries), (Paths{"a.txt", "a/x", "b"}));
  EXPECT_EQ(entries.at(2).size, 3U);
  EXPECT_EQ(open().read_blob(entries.at(0).blob_id), "22");
}

// Another git puts a new index in the place of the one that is being read.
TEST_F(GitRepositoryTest, ReadsAnIndexThatOthersReplace) {
  const std::string index = path(".git/index");
  write("a", "a\n");
  git({"add", "-A"});
  const std::string with_one = read_file(index);
  for (int i = 0; i < 30; ++i) write("more/" + std::to_string(i), "x\n");
  git({"add", "-A"});
  const std::string with_many = read_file(index);
  std::atomic<bool> is_over = false;
  std::thread other([&] {
    for (int i = 0; !is_over; ++i)
      write_file_atomically(index, i % 2 == 0 ? with_one : with_many, 0666, Durability::Relaxed);
  });
  for (int i = 0; i < 500; ++i) EXPECT_NO_THROW(EXPECT_TRUE(open().read_index("a")));
  is_over = true;
  other.join();
}

TEST_F(GitRepositoryTest, ListsWhatIsStaged) {
  write("kept", "1");
  write("changed", "1");
  write("gone", "1");
  commit_all("one");
  write("changed", "12345");
  write("new", "12");
  ::unlink(path("gone").c_str());
  git({"add", "-A"});
  const auto changes = open().staged_changes();
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].entry.path, "changed");
  EXPECT_EQ(changes[0].entry.size, 5U);
  EXPECT_EQ(changes[1].entry.path, "gone");
  EXPECT_TRUE(changes[1].deleted);
  EXPECT_EQ(changes[0].before.value().size, 1U);
  EXPECT_EQ(changes[2].entry.path, "new");
  EXPECT_FALSE(changes[2].deleted);
  EXPECT_FALSE(changes[2].before);
}

TEST_F(GitRepositoryTest, ListsWhatDiffersBetweenTwoCommits) {
  write("a/x", "1");
  write("b", "1");
  const std::string first = commit_all("one");
  write("a/x", "2");
  write("c", "1");
  const std::string second = commit_all("two");
  EXPECT_EQ(open().changed_paths(first, second), (Paths{"a/x", "c"}));
  EXPECT_EQ(open().changed_paths(std::nullopt, first), (Paths{"a/x", "b"}));
  EXPECT_TRUE(open().exists_at(first, "a"));
  EXPECT_FALSE(open().exists_at(first, "c"));
}

TEST_F(GitRepositoryTest, ListsWhatIsStagedBeforeTheFirstCommit) {
  write("new", "12");
  git({"add", "-A"});
  const auto changes = open().staged_changes();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].entry.path, "new");
}

TEST_F(GitRepositoryTest, LooksAtTheIndexThatGitNamesToAHook) {
  write("staged", "1");
  git({"add", "-A"});
  const std::string other = path("other-index");
  write_file_atomically(other, read_file(path(".git/index")));
  write("later", "2");
  git({"add", "later"});
  GitRepository git = open();
  git.use_index_file(other);
  ASSERT_EQ(git.staged_changes().size(), 1U);
  EXPECT_EQ(git.staged_changes()[0].entry.path, "staged");
}

TEST_F(GitRepositoryTest, ADirectoryIsTrackedWhenAFileBelowIs) {
  write("data/x", "1");
  git({"add", "-A"});
  EXPECT_TRUE(open().is_tracked("data/x"));
  EXPECT_TRUE(open().is_tracked("data"));
  EXPECT_FALSE(open().is_tracked("dat"));
}

TEST_F(GitRepositoryTest, StagesDeletionsIgnoredFilesAndAnyName) {
  write("gone", "1");
  commit_all("one");
  ::unlink(path("gone").c_str());
  write(".gitignore", "/ignored\n");
  write("ignored", "1");
  write(":(glob)*", "1");
  GitRepository git = open();
  git.stage({"gone", "never-was", "ignored", ":(glob)*"});
  EXPECT_FALSE(git.is_tracked("gone"));
  EXPECT_TRUE(git.is_tracked("ignored"));
  EXPECT_TRUE(git.is_tracked(":(glob)*"));
  EXPECT_FALSE(git.is_tracked(".gitignore"));
}

TEST_F(GitRepositoryTest, StagesOnlyWhatIsNotStaged) {
  write("x", "1");
  commit_all("one");
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  ASSERT_EQ(::utimensat(AT_FDCWD, path(".git/index").c_str(), nullptr, 0), 0);
  GitRepository git = open();
  const std::string programs = ::getenv("PATH");
  ::setenv("PATH", "/nowhere", 1);
  EXPECT_NO_THROW(git.stage({"x"})) << "there is nothing to do for git";
  write("x", "2");
  EXPECT_THROW(git.stage({"x"}), Error);
  ::setenv("PATH", programs.c_str(), 1);
  git.stage({"x"});
  ASSERT_EQ(git.staged_changes().size(), 1U);
  ::unlink(path("x").c_str());
  git.stage({"x"});
  EXPECT_FALSE(git.is_tracked("x"));
}

// In all formats that git writes, the index tells the same.
TEST_F(GitRepositoryTest, ReadsAnIndexInAnyFormat) {
  write("a/x", "1");
  write("b/y", "1");
  commit_all("one");
  const std::vector<std::vector<Paths>> formats = {
      {{"update-index", "--split-index"}},
      {{"update-index", "--no-split-index", "--index-version", "4", "--untracked-cache"}},
      {{"sparse-checkout", "set", "--cone", "--sparse-index", "a"}}};
  for (const auto& commands : formats) {
    for (const Paths& command : commands) git(command);
    GitRepository git = open();
    EXPECT_TRUE(git.is_tracked("a/x")) << commands[0].at(1);
    EXPECT_TRUE(git.is_tracked("b/y")) << commands[0].at(1);
    EXPECT_FALSE(git.is_dirty()) << commands[0].at(1);
    write("a/x", "2");
    EXPECT_TRUE(git.is_dirty()) << commands[0].at(1);
    git.stage({"a/x"});
    ASSERT_EQ(git.staged_changes().size(), 1U) << commands[0].at(1);
    EXPECT_EQ(git.read_index("a/x"), "2");
    git_in(directory_.path(), {"commit", "-q", "-m", "next"});
    write("a/x", "1");
    git.stage({"a/x"});
    git_in(directory_.path(), {"commit", "-q", "-m", "back"});
    EXPECT_TRUE(git.staged_changes().empty()) << "the index that came after is read";
  }
}

TEST_F(GitRepositoryTest, RunsNothingOfTheRepositoryToReadAnIndex) {
  write("x", "1");
  commit_all("one");
  git({"update-index", "--split-index"});
  const std::string program = "#!/bin/sh\ntouch " + path("ran") + "\n";
  write_file_atomically(path(".git/hooks/post-index-change"), program, 0755, Durability::Relaxed);
  write_file_atomically(path("monitor"), program, 0755, Durability::Relaxed);
  git({"config", "core.fsmonitor", path("monitor")});
  EXPECT_TRUE(open().is_tracked("x"));
  EXPECT_FALSE(exists(path("ran")));
}

TEST_F(GitRepositoryTest, WalksAShallowCloneToWhereItEnds) {
  write("x", "1");
  commit_all("one");
  write("x", "2");
  const std::string last = commit_all("two");
  git_in(directory_.path(), {"-c", "protocol.file.allow=always", "clone", "-q", "--depth", "1",
                             "file://" + directory_.path(), path("shallow")});
  const GitRepository clone = GitRepository::discover(path("shallow")).value();
  Paths seen;
  clone.walk_history(last, [&](const GitCommitInfo& commit) {
    seen.push_back(commit.id);
    return true;
  });
  EXPECT_EQ(seen, Paths{last});
  EXPECT_EQ(clone.commit_parents(last), Paths{});
}

TEST_F(GitRepositoryTest, LetsGitFetchWhatAPartialCloneLeftOut) {
  write("d/x", "1");
  const std::string first = commit_all("one");
  write("d/x", "2");
  commit_all("two");
  git({"config", "uploadpack.allowFilter", "true"});
  git({"config", "uploadpack.allowAnySHA1InWant", "true"});
  for (const std::string filter : {"blob:none", "tree:0"}) {
    const std::string where = path("partial-" + filter);
    git_in(directory_.path(), {"-c", "protocol.file.allow=always", "clone", "-q", "--filter=" + filter,
                               "file://" + directory_.path(), where});
    const GitRepository clone = GitRepository::discover(where).value();
    EXPECT_EQ(clone.read_at(first, "d/x"), "1") << filter;
    EXPECT_EQ(clone.changed_paths(std::nullopt, first), Paths{"d/x"}) << filter;
  }
}

TEST_F(GitRepositoryTest, SaysWhichKindsItCannotRead) {
  git({"config", "core.repositoryFormatVersion", "1"});
  git({"config", "extensions.refStorage", "reftable"});
  try {
    open();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    EXPECT_NE(error.message().find("reftable"), std::string::npos) << error.message();
  }
}

TEST_F(GitRepositoryTest, UnstagesButKeepsTheFile) {
  write("data/x", "1");
  git({"add", "-A"});
  GitRepository git = open();
  git.unstage({"data", "never-was"});
  EXPECT_FALSE(git.is_tracked("data"));
  EXPECT_TRUE(exists(path("data/x")));
}

TEST_F(GitRepositoryTest, IsDirtyOnlyWhenTrackedFilesDiffer) {
  write("x", "1");
  commit_all("one");
  write("untracked", "1");
  EXPECT_FALSE(open().is_dirty());
  write("x", "2");
  EXPECT_TRUE(open().is_dirty());
}

// Whether size and times tell or a file has to be read.
TEST_F(GitRepositoryTest, IsDirtyByWhateverGitTracks) {
  write("x", "1");
  write("run.sh", "1");
  ASSERT_EQ(::symlink("x", path("link").c_str()), 0);
  commit_all("one");
  const auto settle = [&] {  // behind the moment in which the index was written
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    git({"reset", "-q", "--hard"});
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ASSERT_EQ(::utimensat(AT_FDCWD, path(".git/index").c_str(), nullptr, 0), 0);
    EXPECT_FALSE(open().is_dirty());
  };
  settle();
  write("x", "1");  // the same, written anew
  EXPECT_FALSE(open().is_dirty());
  settle();
  ASSERT_EQ(::chmod(path("run.sh").c_str(), 0755), 0);
  EXPECT_TRUE(open().is_dirty());
  settle();
  ASSERT_EQ(::unlink(path("link").c_str()), 0);
  EXPECT_TRUE(open().is_dirty());
  settle();
  write("new", "1");
  git({"add", "new"});
  EXPECT_TRUE(open().is_dirty()) << "staged, and not in HEAD";
}

TEST_F(GitRepositoryTest, HooksLieWhereGitLooksForThem) {
  EXPECT_EQ(open().hooks_dir(), path(".git/hooks"));
  git({"config", "core.hooksPath", "tools/hooks"});
  EXPECT_EQ(open().hooks_dir(), path("tools/hooks"));
}

TEST_F(GitRepositoryTest, ALinkedWorktreeSharesHooksAndHasItsOwnHead) {
  write("x", "1");
  commit_all("one");
  const std::string other = path("linked");
  git({"worktree", "add", "-q", "-b", "topic", other});
  const auto linked = GitRepository::discover(other);
  ASSERT_TRUE(linked);
  EXPECT_EQ(linked->work_tree(), other);
  EXPECT_EQ(linked->head(), open().head());
  EXPECT_EQ(linked->common_dir(), path(".git"));
  EXPECT_EQ(linked->hooks_dir(), path(".git/hooks"));
}

TEST_F(GitRepositoryTest, AWorktreeWithItsOwnSettingsOpens) {
  write("x", "1");
  commit_all("one");
  git({"config", "extensions.worktreeConfig", "true"});
  EXPECT_TRUE(GitRepository::discover(directory_.path()));
}

TEST_F(GitRepositoryTest, ForwardsTheExitStatusOfGit) {
  const ProcessResult result = open().capture({"rev-parse", "--verify", "HEAD"});
  EXPECT_EQ(result.exit_status, 128);
}

TEST_F(GitRepositoryTest, ReadsAFileAsACheckoutWritesIt) {
  write(".gitattributes", "*.txt text eol=crlf\n*.big filter=lfs\n*.wide working-tree-encoding=UTF-16\n");
  write("a.txt", "one\r\ntwo\r\n");
  write("raw.bin", "one\ntwo\n");
  ASSERT_EQ(::symlink("raw.bin", path("link").c_str()), 0);
  write("x.big", "pointer");
  git({"-c", "filter.lfs.clean=cat", "add", "-A"});
  git({"commit", "-q", "-m", "Add"});
  std::string commit = git({"rev-parse", "HEAD"});
  commit.pop_back();
  const GitRepository repository = open();
  EXPECT_EQ(repository.read_at(commit, "a.txt"), "one\ntwo\n");
  EXPECT_EQ(repository.read_checked_out_at(commit, "a.txt"), "one\r\ntwo\r\n");
  EXPECT_EQ(repository.read_checked_out_at(commit, "raw.bin"), "one\ntwo\n");
  EXPECT_EQ(repository.read_checked_out_at(commit, "link"), std::nullopt);
  EXPECT_EQ(repository.read_checked_out_at(commit, "x.big"), std::nullopt);
  EXPECT_EQ(repository.read_checked_out_at(commit, "nowhere"), std::nullopt);
}

TEST_F(GitRepositoryTest, StagesWhenTheGitThatIsAtWorkHasEnded) {
  write("x.dvx", "pointer");
  write(".git/index.lock", "");
  std::jthread other([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ::unlink(path(".git/index.lock").c_str());
  });
  open().stage({"x.dvx"});
  EXPECT_EQ(git({"diff", "--cached", "--name-only"}), "x.dvx\n");
}

}  // namespace
}  // namespace dvx
