// A repository with a pipeline of small shell commands, for tests of what runs leave behind.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "core/commands/repro.h"
#include "core/workspace/tracked.h"
#include "tests/unit/core/repository_for_tests.h"

namespace dvx {

// Keeps the lines it is given.
class Lines final : public Progress {
 public:
  void begin(std::string_view, std::uint64_t, std::uint64_t) override {}
  void advance(std::uint64_t, std::uint64_t) override {}
  void current(std::string_view) override {}
  void line(std::string_view text) override {
    const std::lock_guard lock(mutex_);
    lines.emplace_back(text);
  }
  void warning(std::string_view) override {}
  void end() override {}

  std::vector<std::string> lines;

 private:
  std::mutex mutex_;
};

class PipelineTest : public testing::Test {
 protected:
  ~PipelineTest() override { reset_interrupt_for_tests(); }

  std::string path(const std::string& name) const { return place.path(name); }
  void write(const std::string& name, const std::string& text) const { place.write(name, text); }
  std::string read(const std::string& name) const { return place.read(name); }

  Repository open() const {
    Surroundings surroundings = place.surroundings();
    surroundings.environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", place.root()}};
    return Repository::open(surroundings);
  }
  ReproReport repro_all(const ReproOptions& options = {}) {
    Repository repository = open();
    return repro(repository, options, progress);
  }
  LockFile lock() const {
    Repository repository = open();
    return load_lock(repository);
  }
  void commit_all() const {
    place.git({"add", "-A"});
    place.git({"commit", "-q", "--allow-empty", "-m", "Say what is"});
  }
  static std::map<std::string, StageOutcome> outcomes(const ReproReport& report) {
    std::map<std::string, StageOutcome> result;
    for (const StageResult& stage : report.stages) result[stage.stage] = stage.outcome;
    return result;
  }

  // upper: raw → mid (upper case, comments dropped); count: mid, params → end
  void two_stages() const {
    write("raw", "# note\nword\n");
    write("params.yaml", "suffix: one\n");
    write("dvx.yaml",
          "stages:\n"
          "  upper:\n    cmd: grep -v '^#' raw | tr a-z A-Z > mid\n    deps: [raw]\n    outs: [mid]\n"
          "  count:\n    cmd: (cat mid; grep suffix params.yaml) > end\n    deps: [mid]\n"
          "    params: [suffix]\n    outs: [end]\n");
  }

  TestRepository place;
  Lines progress;
};

}  // namespace dvx
