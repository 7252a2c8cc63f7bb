#include "core/execution/trace/tracer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "base/file_time.h"
#include "base/path.h"

namespace dvx {
namespace {

enum class Library { Loaded, Left };

class TracerTest : public testing::TestWithParam<Library> {
 protected:
  TracerTest() : scratch_(testing::TempDir()) {
    put("in", "1");
    put("data/a", "a");
    EXPECT_EQ(::symlink("a", at("data/link").c_str()), 0);
  }

  std::string at(const std::string& path) const { return join_path(scratch_.path(), path); }
  void put(const std::string& path, const std::string& text) {
    make_directories(parent_path(at(path)));
    write_file_atomically(at(path), text, 0755, Durability::Relaxed);
  }

  FileUse trace(const std::string& command) {
    put("mark", "");
    Tracer tracer(scratch_.path(), to_ns(stat_if_exists(at("mark"))->st_mtim));
    ProcessOptions options;
    options.directory = scratch_.path();
    options.environment =
        std::map<std::string, std::string>{{"PATH", "/usr/bin:/bin"}, {"ROOT", scratch_.path()}};
    auto watch = tracer.watch(options);
    if (GetParam() == Library::Left) options.environment->erase("LD_PRELOAD");
    const ProcessResult result = run_process({"/bin/sh", "-c", command}, options);
    EXPECT_EQ(result.exit_status, 0) << result.error_output;
    watch.reset();
    return tracer.settle();
  }
  FileUse python(const std::string& program) {
    put("p.py", program);
    return trace("python3 p.py");
  }
  static std::string names(const std::vector<UsedPath>& list) {
    std::vector<std::string> texts;
    for (const UsedPath& used : list) {
      if (used.path() != "p.py") texts.push_back(fmt::format("{}", fmt::join(used.names, "=")));
    }
    return fmt::format("{}", fmt::join(texts, " "));
  }

  TemporaryDirectory scratch_;
};

TEST_P(TracerTest, SeesReadsWhereverTheProcessStands) {
  const FileUse use = trace(
      "cat in; cd data; cat a; cat \"$ROOT/in\"; cat ./../data/link; cat < link; exec 5<a; cat /dev/fd/5 "
      "/proc/self/fd/5");
  EXPECT_EQ(names(use.read), "data/a=data/link in");
  EXPECT_EQ(use.unseen, std::vector<std::string>{});
}

TEST_P(TracerTest, SeesRelativeToDescriptors) {
  const FileUse use = python(
      "import os\n"
      "d = os.open('data', os.O_RDONLY | os.O_DIRECTORY)\n"
      "os.read(os.open('a', os.O_RDONLY, dir_fd=d), 9)\n"
      "p = os.open('in', os.O_PATH)\n"
      "os.close(os.open('made', os.O_WRONLY | os.O_CREAT, dir_fd=d))\n"
      "os.mkdir('sub', dir_fd=d)\n"
      "os.rename('made', 'sub/made', src_dir_fd=d, dst_dir_fd=d)\n");
  EXPECT_EQ(names(use.read), "data/a");
  EXPECT_EQ(names(use.written), "data/sub/made");
  EXPECT_EQ(names(use.listed), "data");
}

TEST_P(TracerTest, SeesEveryWayOfWriting) {
  const FileUse use = python(
      "import os\n"
      "open('w', 'w').write('x'); open('a', 'a').write('x'); open('x', 'x').write('x')\n"
      "open('rw', 'w+').write('x')\n"
      "open('tmp', 'w').write('x'); os.replace('tmp', 'out')\n"
      "os.truncate('in', 0)\n"
      "os.link('data/a', 'hard'); os.symlink('nowhere', 'soft'); os.mkfifo('pipe')\n"
      "fd = os.open('.', os.O_TMPFILE | os.O_RDWR); os.write(fd, b'x')\n"
      "os.link(f'/proc/self/fd/{fd}', 'from-nameless', src_dir_fd=fd, follow_symlinks=True)\n"
      "os.mkdir('gone'); open('gone/x', 'w'); os.unlink('gone/x'); os.rmdir('gone')\n");
  EXPECT_EQ(names(use.written), "a from-nameless hard in out pipe rw soft w x");
  EXPECT_EQ(names(use.read), "data/a");
}

TEST_P(TracerTest, SeesThreadsAndProcessesOfAllKinds) {
  const FileUse use = python(
      "import os, subprocess, threading\n"
      "t = threading.Thread(target=lambda: open('in').read()); t.start(); t.join()\n"
      "subprocess.run(['cat', 'data/a'], check=True, env={}, close_fds=True)\n"
      "os.posix_spawn('/bin/sh', ['sh', '-c', 'echo > spawned'], {})\n"
      "pid = os.fork()\n"
      "if pid == 0:\n"
      "    open('forked', 'w').close(); os._exit(0)\n"
      "os.wait(); os.wait()\n");
  EXPECT_EQ(names(use.read), "data/a in");
  EXPECT_EQ(names(use.written), "forked spawned");
}

TEST_P(TracerTest, SeesProgramsAndTheirInterpreters) {
  put("shell", "#!/bin/sh\necho interpreted\n");
  put("script", "#! " + at("shell") + " -x\n");
  const FileUse use = trace("./script; true");
  EXPECT_EQ(names(use.read), "script shell");
}

TEST_P(TracerTest, WhatIsMissingOrFailsIsNoInput) {
  const FileUse use = trace("cat absent data/none/x || mkdir data || test -e nowhere || ls data > /dev/null");
  EXPECT_EQ(names(use.read), "");
  EXPECT_EQ(names(use.written), "");
  EXPECT_EQ(names(use.listed), "data");
  EXPECT_EQ(use.missing, (std::vector<std::string>{"absent", "data/none/x"}));
}

TEST_P(TracerTest, AFileOpenedForBothAndLeftAloneIsRead) {
  put("before", "x");
  const FileUse use = python("open('before', 'r+').read()\n");
  EXPECT_EQ(names(use.read), "before");
}

TEST_P(TracerTest, TracersOfChildrenWork) {
  const FileUse use = trace("strace -f -o /dev/null cat in");
  EXPECT_EQ(names(use.read), "in");
}

INSTANTIATE_TEST_SUITE_P(Both, TracerTest, testing::Values(Library::Loaded, Library::Left),
                         [](const auto& tested) {
                           return tested.param == Library::Loaded ? "Library" : "KernelAlone";
                         });

}  // namespace
}  // namespace dvx
