#include "core/execution/sandbox/sandbox.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/execution/sandbox/moved_output.h"
#include "core/execution/sandbox/sandbox_support.h"

namespace dvx {
namespace {

constexpr const char* kPath = "/usr/local/bin:/usr/bin:/bin";

class SandboxTest : public testing::Test {
 protected:
  SandboxTest() {
    make_directories(at("tmp"));
    make_directories(at("repo"));
    request.root = request.shown_root = at("repo");
  }

  std::string at(const std::string& name) const { return join_path(place.path(), name); }
  void write(const std::string& name, const std::string& text) const {
    make_directories(parent_path(at(name)));
    write_file_atomically(at(name), text);
  }
  Sandbox make() const {
    const SandboxSupport& support = sandbox_support(kPath);
    EXPECT_TRUE(support.holds()) << support.problem;
    const SandboxMachine machine{
        .bubblewrap = support.bubblewrap, .path = kPath, .home = {}, .extra_paths = {}};
    return Sandbox(request, machine, at("tmp"));
  }
  static ProcessResult run(const Sandbox& sandbox, const std::string& command) {
    std::vector<std::string> words = sandbox.launcher();
    words.insert(words.end(), {"/bin/sh", "-c", command});
    ProcessOptions options;
    options.directory = sandbox.directory();
    options.environment = sandbox_environment();
    (*options.environment)["PATH"] = kPath;
    options.merge_stderr = true;
    return run_process(words, options);
  }

  TemporaryDirectory place{testing::TempDir()};
  SandboxRequest request;
};

TEST_F(SandboxTest, OutputsAppearWhenTheyAreTaken) {
  write("repo/raw", "input");
  write("repo/out/old", "old");
  request.inputs = {"raw"};
  request.outputs = {{"out", false}, {"one/file", false}};
  {
    const Sandbox sandbox = make();
    const ProcessResult result = run(sandbox, "mkdir out && cat raw > out/new && cat raw > one/file");
    EXPECT_TRUE(result.ok()) << result.output;
  }
  EXPECT_TRUE(exists(at("repo/out/old"))) << "nobody took anything";
  EXPECT_FALSE(exists(at("repo/one/file")));
  Sandbox sandbox = make();
  EXPECT_TRUE(run(sandbox, "mkdir out && cat raw > out/new && cat raw > one/file").ok());
  const SandboxYield yield = sandbox.take_outputs(Take::Everything);
  EXPECT_TRUE(yield.missing.empty() && yield.wrong.empty() && yield.left_count == 0);
  EXPECT_EQ(read_file(at("repo/out/new")), "input");
  EXPECT_EQ(read_file(at("repo/one/file")), "input");
  EXPECT_FALSE(exists(at("repo/out/old")));
}

TEST_F(SandboxTest, NothingIsTakenWhenOneIsMissing) {
  request.outputs = {{"a", false}, {"b", false}};
  Sandbox sandbox = make();
  EXPECT_TRUE(run(sandbox, "echo > a").ok());
  EXPECT_EQ(sandbox.take_outputs(Take::Everything).missing, "b");
  EXPECT_FALSE(exists(at("repo/a")));
}

TEST_F(SandboxTest, FilesThatAreNoOutputsAreTold) {
  write("repo/raw", "");
  request.inputs = {"raw"};
  request.outputs = {{"a", false}};
  Sandbox sandbox = make();
  EXPECT_TRUE(run(sandbox, "touch a d b c; mkdir -p sub/empty; ln -s / sub/link").ok());
  const SandboxYield yield = sandbox.take_outputs(Take::Everything);
  EXPECT_EQ(yield.left, (std::vector<std::string>{"b", "c", "d"}));
  EXPECT_EQ(yield.left_count, 4U);
}

TEST_F(SandboxTest, WhatPersistsStaysAlsoWhenTheCommandFails) {
  write("repo/log", "1\n");
  write("repo/kept/f", "1\n");
  request.outputs = {{"log", true}, {"kept", true}, {"out", false}};
  Sandbox sandbox = make();
  const ProcessResult result =
      run(sandbox, "cat log > new && echo 2 >> new && mv new log; echo 2 >> kept/f; echo > out; exit 3");
  EXPECT_EQ(result.exit_status, 3) << result.output;
  EXPECT_TRUE(sandbox.was_entered());
  EXPECT_EQ(read_file(at("repo/log")), "1\n") << "it is a copy";
  sandbox.take_outputs(Take::Persisting);
  EXPECT_EQ(read_file(at("repo/log")), "1\n2\n");
  EXPECT_EQ(read_file(at("repo/kept/f")), "1\n2\n");
  EXPECT_FALSE(exists(at("repo/out")));
}

TEST_F(SandboxTest, LinksThatACommandMakesAreNotFollowed) {
  request.outputs = {{"d/o", false}};
  Sandbox through = make();
  EXPECT_TRUE(run(through, "rmdir d && ln -s /etc d").ok());
  EXPECT_NE(through.take_outputs(Take::Everything).wrong.find("'d' became a symlink"), std::string::npos);
  Sandbox itself = make();
  EXPECT_TRUE(run(itself, "ln -s /etc/passwd d/o").ok());
  EXPECT_NE(itself.take_outputs(Take::Everything).wrong.find("'d/o' is a symlink"), std::string::npos);
  EXPECT_FALSE(exists(at("repo/d/o")));
}

TEST_F(SandboxTest, ItCanBeToldThatBubblewrapFailed) {
  request.inputs = {"gone"};
  const Sandbox sandbox = make();
  const ProcessResult result = run(sandbox, "true");
  EXPECT_FALSE(result.ok());
  EXPECT_FALSE(sandbox.was_entered());
  EXPECT_TRUE(result.output.starts_with("bwrap: ")) << result.output;
  EXPECT_FALSE(sandbox.tell(0)) << "nobody is there";
}

TEST_F(SandboxTest, MoreThanBubblewrapTakesIsRefused) {
  for (int i = 0; i < 3000; ++i) request.inputs.push_back(std::to_string(i));
  EXPECT_THROW(make(), Error);
}

TEST(SandboxSupport, WithoutTheProgramItSaysHowToGetIt) {
  const SandboxSupport support = examine_sandbox("/nowhere");
  EXPECT_FALSE(support.holds());
  EXPECT_EQ(support.hint, "apt-get install bubblewrap");
}

TEST(SandboxSupport, AProgramThatCannotDoItIsNotTrusted) {
  const TemporaryDirectory place(testing::TempDir());
  const std::string program = join_path(place.path(), "bwrap");
  write_file_atomically(
      program, "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n", 0755);
  const SandboxSupport support = examine_sandbox(place.path());
  EXPECT_EQ(support.problem, "No permissions to create new namespace");
  EXPECT_TRUE(support.hint.starts_with("allow user namespaces")) << support.hint;
}

TEST(MovedOutput, TakesThePlaceOfWhateverIsThere) {
  const TemporaryDirectory place(testing::TempDir());
  const auto at = [&](const std::string& name) { return join_path(place.path(), name); };
  const auto write = [&](const std::string& name) {
    make_directories(parent_path(at(name)));
    write_file_atomically(at(name), name);
  };
  for (const char* name : {"new/f", "old/g", "file", "old2/g"}) write(name);
  move_output(at("new"), at("old"));  // a directory by a directory
  EXPECT_EQ(read_file(at("old/f")), "new/f");
  EXPECT_FALSE(exists(at("old/g")));
  move_output(at("file"), at("old2"));  // by a file
  EXPECT_EQ(read_file(at("old2")), "file");
  ::chmod(at("old").c_str(), 0500);
  move_output(at("old"), at("deep/er"));  // one that may not be written to
  EXPECT_EQ(read_file(at("deep/er/f")), "new/f");
  EXPECT_EQ(stat_if_exists(at("deep/er"))->st_mode & 0777, 0500U);
}

}  // namespace
}  // namespace dvx
