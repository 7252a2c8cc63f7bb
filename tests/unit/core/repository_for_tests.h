// A git and dvx repository in a temporary directory.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/commands/init.h"
#include "core/index/workspace_index.h"
#include "core/repo/repository.h"

namespace dvx {

class TestRepository {
 public:
  TestRepository() : TestRepository(testing::TempDir()) {}
  explicit TestRepository(const std::string& parent)
      : scratch_(parent), root_(join_path(scratch_.path(), "repo")) {
    make_directories(root_);
    git({"init", "-q"});
    SilentProgress progress;
    init(surroundings(), progress);
  }

  const std::string& root() const { return root_; }
  std::string path(const std::string& relative) const { return join_path(root_, relative); }

  Surroundings surroundings() const {
    Surroundings out;
    out.cwd = root_;
    out.jobs = 2;
    return out;
  }
  // A handle of its own, as another process would have.
  Repository open() const { return Repository::open(surroundings()); }

  void write(const std::string& relative, std::string_view bytes, mode_t mode = 0644) const {
    make_directories(parent_path(path(relative)));
    write_file_atomically(path(relative), bytes, mode, Durability::Relaxed);
  }
  std::string read(const std::string& relative) const { return read_file(path(relative)); }
  bool has(const std::string& relative) const { return exists(path(relative)); }

  std::string git(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org"});
    ProcessOptions options;
    options.directory = root_;
    const ProcessResult result = run_process(arguments, options);
    EXPECT_TRUE(result.ok()) << result.error_output;
    return result.output;
  }

 private:
  TemporaryDirectory scratch_;
  std::string root_;
};

}  // namespace dvx
