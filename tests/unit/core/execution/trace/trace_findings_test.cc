#include "core/execution/trace/trace_findings.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/path.h"

namespace dvx {
namespace {

class TraceFindingsTest : public testing::Test {
 protected:
  TraceFindingsTest() : scratch_(testing::TempDir()), counted_(scratch_.path()) { stage_.name = "s"; }

  void put(const std::string& path, const std::string& text = "x") {
    const std::string file = join_path(scratch_.path(), path);
    make_directories(parent_path(file));
    write_file_atomically(file, text, 0644, Durability::Relaxed);
  }
  void reads(const std::string& path) {
    put(path);
    use_.read.push_back({{path}});
  }
  void writes(const std::string& path) {
    put(path);
    use_.written.push_back({{path}});
  }
  // "undeclared-read data/a"
  std::vector<std::string> findings(const std::vector<Stage>& others = {}) {
    std::vector<Stage> stages = others;
    stages.push_back(stage_);
    std::vector<std::string> lines;
    for (const TraceFinding& finding : find_undeclared(use_, declared_paths(stage_, stages, {}), counted_)) {
      lines.push_back(fmt::format("{} {}", trace_finding_name(finding.kind), finding.path));
      if (finding.files != 0) lines.back() += fmt::format(" ({})", finding.files);
    }
    return lines;
  }
  using Lines = std::vector<std::string>;

  TemporaryDirectory scratch_;
  CountedFiles counted_;
  Stage stage_;
  FileUse use_;
};

TEST_F(TraceFindingsTest, ADeclaredDirectoryCoversWhatIsInIt) {
  stage_.deps = {{"data", ""}};
  stage_.outs = {{.path = "out"}};
  stage_.params = {{"params.yaml", {"a"}}};
  reads("data/deep/a.csv");
  reads("params.yaml");
  reads("out/x");
  reads("data-2/b.csv");
  writes("out/x");
  writes("output");
  EXPECT_EQ(findings(), (Lines{"undeclared-read data-2/b.csv", "undeclared-write output"}));
}

TEST_F(TraceFindingsTest, EitherNameOfALinkedFileMayBeDeclared) {
  stage_.deps = {{"link", ""}};
  use_.read.push_back({{"target", "link"}});
  EXPECT_EQ(findings(), Lines{});
}

TEST_F(TraceFindingsTest, OutputsOfANeededStageAreDeclared) {
  Stage other;
  other.name = "other";
  other.outs = {{.path = "made"}};
  stage_.stage_deps = {"other"};
  reads("made/x");
  EXPECT_EQ(findings({other}), Lines{});
}

TEST_F(TraceFindingsTest, ADependencyThatIsNotReadIsTold) {
  stage_.deps = {{"a", ""}, {"dir", ""}, {"listed", ""}, {"b", ""}};
  reads("dir/x");
  use_.listed.push_back({{"listed"}});
  EXPECT_EQ(findings(), (Lines{"unread-dependency a", "unread-dependency b"}));
  use_.unseen = {"files opened through io_uring"};
  EXPECT_EQ(findings(), Lines{});
}

TEST_F(TraceFindingsTest, WhatProgramsKeepForThemselvesDoesNotCount) {
  put("env/pyvenv.cfg");
  put(".dvxignore", "*.log\n/cache/\n");
  for (const char* path : {"env/lib/x.py", "node_modules/a/b.js", "run.log", "cache/x", "dvx.yaml",
                           "data.dvx", "sub/.gitignore", "src/__pycache__/gone.so"})
    use_.read.push_back({{path}});
  writes("src/__pycache__/m.cpython-311.pyc");
  EXPECT_EQ(findings(), Lines{});
}

TEST_F(TraceFindingsTest, CompiledPythonStandsForItsSource) {
  put("src/m.py");
  put("src/n.py");
  stage_.deps = {{"src/n.py", ""}};
  reads("src/__pycache__/m.cpython-311.pyc");
  reads("src/__pycache__/n.cpython-311.pyc");
  EXPECT_EQ(findings(), Lines{"undeclared-read src/m.py"});
}

TEST_F(TraceFindingsTest, MostFilesOfADirectoryAreTheDirectory) {
  for (const char* path : {"many/1", "many/2", "many/3", "many/deep/4"}) reads(path);
  put("many/not-read");
  for (const char* path : {"few/1", "few/2", "few/3"}) reads(path);
  for (const char* path : {"part/1", "part/2", "part/3", "part/4"}) reads(path);
  put("part/5"), put("part/6");
  EXPECT_EQ(findings(), (Lines{"undeclared-read few/1", "undeclared-read few/2", "undeclared-read few/3",
                               "undeclared-read many (4)", "undeclared-read part/1", "undeclared-read part/2",
                               "undeclared-read part/3", "undeclared-read part/4"}));
}

TEST_F(TraceFindingsTest, ADirectoryWithAnOutputInItIsNotProposed) {
  Stage other;
  other.name = "other";
  other.outs = {{.path = "data/out"}};
  for (const char* path : {"data/1", "data/2", "data/3", "data/4"}) reads(path);
  EXPECT_EQ(findings({other}).size(), 4U);
}

TEST_F(TraceFindingsTest, ADirectoryThatTheStageMadeIsTheOutput) {
  writes("made/a/1");
  writes("made/b");
  use_.made = {"made", "made/a"};
  EXPECT_EQ(findings(), Lines{"undeclared-write made (2)"});
  stage_.outs = {{.path = "made/a"}};
  EXPECT_EQ(findings(), Lines{"undeclared-write made/b"});
}

TEST_F(TraceFindingsTest, ARemovedFileIsTold) {
  stage_.outs = {{.path = "out"}};
  use_.removed = {{{"old"}}, {{"out/old"}}};
  EXPECT_EQ(findings(), Lines{"undeclared-removal old"});
}

TEST(TraceFinding, IsDescribedInWords) {
  EXPECT_EQ(describe({TraceFindingKind::UndeclaredRead, "a", 0}), "reads 'a', which it does not declare");
  EXPECT_EQ(describe({TraceFindingKind::UndeclaredWrite, "d", 2}),
            "writes 2 files in 'd', which it does not declare");
  EXPECT_EQ(describe({TraceFindingKind::UndeclaredRemoval, "a", 0}),
            "removes 'a', which it does not declare");
  EXPECT_EQ(describe({TraceFindingKind::UnreadDependency, "a", 0}), "declares 'a' and does not read it");
}

}  // namespace
}  // namespace dvx
