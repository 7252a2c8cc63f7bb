#include "core/execution/sandbox/sandbox_arguments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

using Words = std::vector<std::string>;

class SandboxArgumentsTest : public testing::Test {
 protected:
  SandboxArgumentsTest() {
    request.root = request.shown_root = at("repo");
    machine.home = at("home");
  }

  std::string at(const std::string& name) const { return join_path(place.path(), name); }
  void write(const std::string& name, const std::string& text = "") const {
    make_directories(parent_path(at(name)));
    write_file_atomically(at(name), text);
  }
  Words arguments() const { return sandbox_arguments(request, machine, at("box")); }
  // Where these words stand one after the other, or the end.
  std::ptrdiff_t find(const Words& words) const {
    const Words all = arguments();
    return std::search(all.begin(), all.end(), words.begin(), words.end()) - all.begin();
  }
  bool has(const Words& words) const {
    return find(words) != static_cast<std::ptrdiff_t>(arguments().size());
  }

  TemporaryDirectory place{testing::TempDir()};
  SandboxRequest request;
  SandboxMachine machine;
};

TEST_F(SandboxArgumentsTest, ShutsInWhateverIsSeen) {
  for (const char* word : {"--unshare-all", "--unshare-user", "--disable-userns", "--new-session",
                           "--die-with-parent", "--as-pid-1"})
    EXPECT_TRUE(has({word})) << word;
  EXPECT_TRUE(has({"--cap-drop", "ALL"}));
  EXPECT_TRUE(has({"--uid", "1000", "--gid", "1000"}));
  EXPECT_TRUE(has({"--proc", "/proc", "--remount-ro", "/proc"}));
  EXPECT_FALSE(has({"--share-net"}));
}

TEST_F(SandboxArgumentsTest, ShowsInputsInTheRepositoryReadOnly) {
  request.inputs = {"data", "data/raw.csv", "params.yaml"};
  const auto root = find({"--bind", at("box/root"), at("repo")});
  EXPECT_LT(root, find({"--ro-bind", at("repo/data"), at("repo/data")}));
  EXPECT_TRUE(has({"--ro-bind", at("repo/params.yaml"), at("repo/params.yaml")}));
  EXPECT_FALSE(has({at("repo/data/raw.csv")})) << "the directory around it is shown";
}

TEST_F(SandboxArgumentsTest, AClonedRepositoryIsSeenWhereTheOriginalIs) {
  request.shown_root = "/somewhere/else";
  request.inputs = {"raw"};
  request.wdir = "sub";
  EXPECT_TRUE(has({"--bind", at("box/root"), "/somewhere/else"}));
  EXPECT_TRUE(has({"--ro-bind", at("repo/raw"), "/somewhere/else/raw"}));
  EXPECT_TRUE(has({"--chdir", "/somewhere/else/sub"}));
}

TEST_F(SandboxArgumentsTest, OnlyADirectoryThatPersistsIsWrittenWhereItIs) {
  make_directories(at("repo/kept"));
  make_directories(at("repo/made"));
  write("repo/log");
  request.outputs = {{"kept", true}, {"made", false}, {"log", true}, {"absent", true}};
  EXPECT_TRUE(has({"--bind", at("repo/kept"), at("repo/kept")}));
  for (const char* name : {"repo/made", "repo/log", "repo/absent"}) EXPECT_FALSE(has({at(name)})) << name;
}

TEST_F(SandboxArgumentsTest, DevicesOfGpusAreForWhoAsksForThem) {
  EXPECT_FALSE(has({"/sys", "/sys"}));
  request.gpus = Gpus::Visible;
  EXPECT_TRUE(has({"/sys", "/sys"}));
}

TEST_F(SandboxArgumentsTest, NothingOfTheUserIsInEtc) {
  for (const char* name : {"shadow", "ssh", "sudoers", "resolv.conf"}) {
    EXPECT_FALSE(has({join_path("/etc", name)})) << name;
  }
  EXPECT_TRUE(has({"--ro-bind", at("box/etc/passwd"), "/etc/passwd"}));
}

TEST_F(SandboxArgumentsTest, DirectoriesOfPathAreSeenWithTheirInstallation) {
  write("venv/pyvenv.cfg", "include-system-site-packages = false\nhome = " + at("python/bin") + "\n");
  make_directories(at("venv/bin"));
  make_directories(at("python/bin"));
  make_directories(at("python/lib"));
  make_directories(at("pyenv/shims"));
  make_directories(at("pyenv/versions"));
  make_directories(at("conda/bin"));
  make_directories(at("conda/conda-meta"));
  make_directories(at("plain/bin"));
  machine.path = "relative:" + at("venv/bin") + ":" + at("pyenv/shims") + ":" + at("conda/bin") + ":" +
                 at("plain/bin") + ":" + at("absent") + ":/usr/bin:/bin";
  EXPECT_EQ(program_directories(machine, at("repo")),
            (Words{at("conda"), at("plain/bin"), at("pyenv"), at("python"), at("venv")}));
}

TEST_F(SandboxArgumentsTest, DirectoriesOfPathThatShowMoreThanProgramsAreNotSeen) {
  make_directories(at("repo/.venv/bin"));
  write("repo/.venv/pyvenv.cfg", "");
  make_directories(at("home/bin"));
  make_directories(at("home/lib"));
  make_directories(at("home/.local/bin"));
  make_directories(at("home/.local/lib"));
  machine.path = at("repo/.venv/bin") + ":" + place.path() + ":" + at("home") + ":" + at("home/bin") + ":" +
                 at("home/.local/bin") + ":/";
  EXPECT_EQ(program_directories(machine, at("repo")), (Words{at("home/.local/bin"), at("home/bin")}));
}

TEST_F(SandboxArgumentsTest, WhatIsNamedInSettingsIsSeenWhereverItIs) {
  make_directories(at("repo/.venv"));
  machine.extra_paths = {at("repo/.venv"), at("absent")};
  EXPECT_TRUE(has({"--ro-bind", at("repo/.venv"), at("repo/.venv")}));
  EXPECT_FALSE(has({at("absent")}));
}

TEST(Outermost, LeavesOutWhatLiesInAnother) {
  EXPECT_EQ(outermost({"a/b", "a", "a-b", "b/c", "a"}), (Words{"a", "a-b", "b/c"}));
  EXPECT_EQ(outermost({"/a/b", "/a"}), Words{"/a"});
}

}  // namespace
}  // namespace dvx
