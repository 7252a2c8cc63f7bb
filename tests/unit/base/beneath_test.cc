#include "base/beneath.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>

#include "base/error.h"
#include "base/file.h"
#include "base/file_lock.h"
#include "base/path.h"

namespace dvx {
namespace {

// A guarded directory `inside` and a directory `outside` beside it, with links from one to the other.
class Beneath : public testing::Test {
 protected:
  Beneath() {
    for (const char* name : {"inside/own/deep", "outside/dir"}) make_directories(at(name));
    write_file_atomically(at("outside/dir/precious"), "precious");
    write_file_atomically(at("inside/own/file"), "own");
    link("outside", "inside/link");
    link("outside/dir/precious", "inside/file-link");
    link("outside/new", "inside/dangling");
    link("inside/own", "inside/inner-link");
  }

  std::string at(const std::string& name) const { return join_path(scratch_.path(), name); }
  void link(const std::string& target, const std::string& name) const {
    ASSERT_EQ(::symlink(at(target).c_str(), at(name).c_str()), 0);
  }
  std::string outside() const {
    std::string names;
    for (const char* name : {"outside/new", "outside/dir/new", "outside/dir/precious"})
      names += exists(at(name)) ? '+' : '-';
    return names + read_file(at("outside/dir/precious"));
  }

  TemporaryDirectory scratch_{testing::TempDir()};
};

bool always(const std::string&, const std::string&) {
  return true;
}

struct Change {
  const char* name;
  std::function<void(const std::string& inside)> make;
};

class BeneathChange : public Beneath, public testing::WithParamInterface<Change> {};

TEST_P(BeneathChange, GoesThroughNoLink) {
  for (const MayFollow& rule : {MayFollow(), MayFollow(always)}) {
    const DirectoryGuard guard(at("inside"), rule);
    try {
      GetParam().make(at("inside"));
      ADD_FAILURE() << "nothing was refused";
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::Config) << e.message();
      EXPECT_NE(e.message().find("is a symbolic link"), std::string::npos) << e.message();
    }
    EXPECT_EQ(outside(), "--+precious");
  }
}

void must(int result, const std::string& path) {
  if (result < 0) throw system_error("change", path);
}

const Change kChanges[] = {
    {"Create", [](const std::string& in) { open_file(in + "/link/dir/new", O_WRONLY | O_CREAT); }},
    {"CreateThroughDanglingLink",
     [](const std::string& in) { open_file(in + "/dangling", O_WRONLY | O_CREAT); }},
    {"Truncate", [](const std::string& in) { open_file(in + "/file-link", O_WRONLY | O_TRUNC); }},
    {"WriteAtomically", [](const std::string& in) { write_file_atomically(in + "/link/new", "x"); }},
    {"Lock", [](const std::string& in) { FileLock::acquire(in + "/dangling", LockMode::Exclusive); }},
    {"MakeDirectories", [](const std::string& in) { make_directories(in + "/link/new/deep"); }},
    {"MakeDirectoryAtLink", [](const std::string& in) { make_directories(in + "/link"); }},
    {"RemoveTree", [](const std::string& in) { remove_tree(in + "/link/dir"); }},
    {"RemoveFile",
     [](const std::string& in) {
       must(beneath::remove_file(in + "/link/dir/precious"), in + "/link/dir/precious");
     }},
    {"RemoveDirectory",
     [](const std::string& in) { must(beneath::remove_directory(in + "/link/dir"), in + "/link/dir"); }},
    {"RenameFrom",
     [](const std::string& in) {
       must(beneath::rename(in + "/link/dir/precious", in + "/own/x"), in + "/link/dir");
     }},
    {"RenameTo",
     [](const std::string& in) {
       must(beneath::rename(in + "/own/file", in + "/link/new"), in + "/link/new");
     }},
    {"LinkTo",
     [](const std::string& in) {
       must(beneath::link(in + "/own/file", in + "/link/new"), in + "/link/new");
     }},
    {"ChangeMode",
     [](const std::string& in) { must(beneath::change_mode(in + "/file-link", 0), in + "/file-link"); }},
    {"DirectoryToChange",
     [](const std::string& in) {
       const int fd = beneath::open_directory_to_change(in + "/link/dir");
       must(fd, in + "/link/dir");
       ::close(fd);
     }},
    {"InnerLink", [](const std::string& in) { write_file_atomically(in + "/inner-link/new", "x"); }},
    {"TemporaryDirectory", [](const std::string& in) { TemporaryDirectory made(in + "/link"); }},
};
INSTANTIATE_TEST_SUITE_P(Calls, BeneathChange, testing::ValuesIn(kChanges),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_F(Beneath, RemovesALinkItself) {
  const DirectoryGuard guard(at("inside"));
  remove_tree(at("inside/link"));
  EXPECT_FALSE(exists(at("inside/link")));
  EXPECT_EQ(outside(), "--+precious");
}

TEST_F(Beneath, ReplacesALinkAndNotItsTarget) {
  const DirectoryGuard guard(at("inside"), always);
  write_file_atomically(at("inside/file-link"), "new");
  EXPECT_EQ(read_file(at("inside/file-link")), "new");
  EXPECT_EQ(outside(), "--+precious");
}

TEST_F(Beneath, ReadsNothingThroughALinkWhereOnlyDvxWrites) {
  const DirectoryGuard guard(at("inside"));
  EXPECT_THROW(read_file(at("inside/file-link")), Error);
  EXPECT_THROW(read_file(at("inside/link/dir/precious")), Error);
  EXPECT_THROW(read_file(at("inside/inner-link/file")), Error);
  EXPECT_FALSE(is_directory(at("inside/link")));
  EXPECT_EQ(read_file(at("inside/own/file")), "own");
}

TEST_F(Beneath, ReadsThroughALinkOnlyWhereTheOwnerSaysSo) {
  std::string asked;
  bool is_allowed = false;
  const DirectoryGuard guard(at("inside"), [&](const std::string& link, const std::string& target) {
    asked = link + " -> " + target;
    return is_allowed;
  });
  EXPECT_THROW(read_file(at("inside/link/dir/precious")), Error);
  EXPECT_EQ(asked, at("inside/link") + " -> " + at("outside/dir/precious"));
  EXPECT_FALSE(beneath::may_read(at("inside/file-link")));
  EXPECT_FALSE(is_directory(at("inside/inner-link")));
  is_allowed = true;
  EXPECT_EQ(read_file(at("inside/link/dir/precious")), "precious");
  EXPECT_EQ(read_file(at("inside/inner-link/file")), "own");
  EXPECT_TRUE(is_directory(at("inside/link/dir")));
}

TEST_F(Beneath, InnermostGuardDecidesAndIsNotReachedThroughALink) {
  link("outside", "inside/.dvx");
  const DirectoryGuard tree(at("inside"), always);
  const DirectoryGuard dvx(at("inside/.dvx"));
  EXPECT_THROW(read_file(at("inside/.dvx/dir/precious")), Error);
  EXPECT_THROW(write_file_atomically(at("inside/.dvx/new"), "x"), Error);
  EXPECT_EQ(outside(), "--+precious");
}

TEST_F(Beneath, DirectoryMayBeMadeAnew) {
  const DirectoryGuard guard(at("store"));
  EXPECT_FALSE(exists(at("store/x")));
  for (int round = 0; round < 2; ++round) {
    make_directories(at("store"));
    write_file_atomically(at("store/x"), "x");
    EXPECT_EQ(read_file(at("store/x")), "x");
    remove_tree(at("store"));
    EXPECT_FALSE(exists(at("store/x")));
  }
}

TEST_F(Beneath, UnguardedPathsFollowLinks) {
  { const DirectoryGuard guard(at("inside")); }
  EXPECT_EQ(read_file(at("inside/file-link")), "precious");
}

// Kernels without openat2(2) walk by steps: the same answers.
struct Step {
  const char* path;
  int flags;
  int failure;  // errno, 0 for none
};

class BeneathStep : public Beneath, public testing::WithParamInterface<Step> {};

TEST_P(BeneathStep, AnswersAsTheKernelDoes) {
  const UniqueFd root = open_file(at("inside"), O_PATH | O_DIRECTORY);
  errno = 0;
  const UniqueFd fd(beneath::open_by_steps(root.get(), GetParam().path, GetParam().flags, 0666));
  EXPECT_EQ(fd ? 0 : errno, GetParam().failure) << GetParam().path;
}

const Step kSteps[] = {
    {"own/file", O_RDONLY, 0},
    {"own/deep", O_PATH | O_DIRECTORY, 0},
    {"own//file", O_RDONLY, 0},
    {"own/new", O_WRONLY | O_CREAT | O_EXCL, 0},
    {"own/absent", O_RDONLY, ENOENT},
    {"own/file/below", O_RDONLY, ENOTDIR},
    {"link/dir/precious", O_RDONLY, ELOOP},
    {"file-link", O_RDONLY, ELOOP},
    {"file-link", O_PATH, ELOOP},
    {"dangling", O_WRONLY | O_CREAT, ELOOP},
    {"dangling", O_WRONLY | O_CREAT | O_EXCL, EEXIST},
    {"inner-link/file", O_RDONLY, ELOOP},
    {"../outside/dir/precious", O_RDONLY, EXDEV},
    {"own/../../outside/dir/precious", O_RDONLY, EXDEV},
};
INSTANTIATE_TEST_SUITE_P(Paths, BeneathStep, testing::ValuesIn(kSteps));

}  // namespace
}  // namespace dvx
