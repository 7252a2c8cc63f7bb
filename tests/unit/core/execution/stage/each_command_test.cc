#include "core/execution/stage/each_command.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "core/execution/stage/each_job.h"

namespace dvx {
namespace {

EachItem item(const std::string& in, const std::string& out) {
  return {in, out, {}};
}

std::string command(std::string_view text, const std::vector<EachItem>& items, const std::string& wdir = "") {
  return each_command(text, items, {.wdir = wdir, .input_directory = "in", .pairs_file = "/tmp/p"});
}

TEST(EachCommand, PathsStartWhereTheCommandRuns) {
  EXPECT_EQ(command("cp {in} {out}", {item("in/a.jpg", "out/a.png")}), "cp in/a.jpg out/a.png");
  EXPECT_EQ(command("cp {in} {out}", {item("in/a.jpg", "out/a.png")}, "in"), "cp a.jpg ../out/a.png");
}

TEST(EachCommand, AFileIsNeverTakenForAnOption) {
  EXPECT_EQ(command("rm {in}", {item("in/-rf", "out/a")}, "in"), "rm ./-rf");
}

TEST(EachCommand, OddNamesAreQuotedForWhereTheyStand) {
  const std::vector<EachItem> odd = {item("in/it's $5 \"x\"", "out/a")};
  EXPECT_EQ(command("cat {in}", odd), "cat 'in/it'\\''s $5 \"x\"'");
  EXPECT_EQ(command("cat \"{in}\"", odd), "cat \"in/it's \\$5 \\\"x\\\"\"");
  EXPECT_EQ(command("cat '{in}'", odd), "cat 'in/it'\\''s $5 \"x\"'");
}

TEST(EachCommand, QuotingStartsAnewInACommandSubstitution) {
  const std::vector<EachItem> blank = {item("in/a b", "out/a")};
  EXPECT_EQ(command("x \"$(cat {in})\" {in}", blank), "x \"$(cat 'in/a b')\" 'in/a b'");
  EXPECT_EQ(command("x \"$(cat \"{in}\")\" {in}", blank), "x \"$(cat \"in/a b\")\" 'in/a b'");
  EXPECT_EQ(command("x \\\"{in}", blank), "x \\\"'in/a b'");
}

TEST(EachCommand, OtherBracesStay) {
  EXPECT_EQ(command("awk '{print $1}' {in} ${name} {{name}}", {item("in/a", "out/a")}),
            "awk '{print $1}' in/a ${name} {name}");
}

TEST(EachCommand, OfABatchPathsAreLists) {
  const std::vector<EachItem> two = {item("in/a", "out/a"), item("in/b c", "out/b")};
  EXPECT_EQ(command("x {in} -o {out} {pairs}", two), "x in/a 'in/b c' -o out/a out/b /tmp/p");
  EXPECT_EQ(command("x \"{in}\"", two), "x \"in/a\" \"in/b c\"");
}

TEST(EachCommand, PairsAreALineForEachInput) {
  EXPECT_EQ(pairs_text(std::vector<EachItem>{item("in/a", "out/a"), item("in/b", "out/b")}, "in"),
            "a\t../out/a\nb\t../out/b\n");
  EXPECT_THROW(pairs_text(std::vector<EachItem>{item("in/a\tb", "out/a")}, ""), Error);
}

Stage batches_of(std::size_t batch) {
  Stage stage;
  stage.commands = {"x {in} {out}"};
  stage.each = StageEach{.in = "in/*", .out = "out/{name}", .batch = batch};
  return stage;
}

TEST(EachJobs, HoldAtMostABatch) {
  const auto jobs = each_jobs(
      batches_of(2), {item("in/a", "out/a"), item("in/b", "out/b"), item("in/c", "out/c")}, JobsAre::Plain);
  ASSERT_EQ(jobs.size(), 2U);
  EXPECT_EQ(jobs[0].items.size(), 2U);
  EXPECT_EQ(jobs[0].name, "a +1");
  EXPECT_EQ(jobs[1].name, "c");
}

TEST(EachJobs, AreCutBeforeTheCommandIsTooLong) {
  std::vector<EachItem> items;
  for (int i = 0; i < 100; ++i) items.push_back(item("in/" + std::string(2000, 'a'), "out/a"));
  for (const EachJob& job : each_jobs(batches_of(1000), items, JobsAre::Plain))
    EXPECT_LE(job.items.size(), 50U);
}

}  // namespace
}  // namespace dvx
