#include "core/pipeline/graph.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "base/error.h"

namespace dvx {
namespace {

using Paths = std::vector<std::string>;

Stage stage(const std::string& name, const Paths& deps, const Paths& outs) {
  Stage result;
  result.name = name;
  result.file = "dvx.yaml";
  for (const std::string& dep : deps) result.deps.push_back({dep, ""});
  for (const std::string& out : outs) result.outs.push_back({.path = out});
  return result;
}

Paths names(const StageGraph& graph, const std::vector<std::size_t>& stages) {
  Paths result;
  for (const std::size_t i : stages) result.push_back(graph.stages()[i].name);
  return result;
}

std::string failure(std::vector<Stage> stages, const Paths& pointers = {}) {
  try {
    const StageGraph graph(std::move(stages), pointers);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    return error.message();
  }
  return "accepted";
}

TEST(StageGraph, OrdersByDataAndElseByTheFile) {
  const StageGraph graph({stage("evaluate", {"m1", "m2"}, {"report"}), stage("train2", {"f"}, {"m2"}),
                          stage("train1", {"f"}, {"m1"}), stage("features", {"raw"}, {"f"})});
  EXPECT_EQ(names(graph, graph.order()), (Paths{"features", "train2", "train1", "evaluate"}));
  EXPECT_EQ(names(graph, graph.upstream(0)), (Paths{"train2", "train1"}));
  EXPECT_EQ(names(graph, graph.downstream(3)), (Paths{"train2", "train1"}));
}

TEST(StageGraph, ConnectsByContainmentEitherWay) {
  const StageGraph graph({stage("reads-dir", {"d"}, {}), stage("reads-file", {"out/deep/x.csv"}, {}),
                          stage("writes-into-dir", {}, {"d/a", "d/b"}), stage("writes-dir", {}, {"out"}),
                          stage("neighbour", {}, {"d-x", "outer", "d0"})});
  EXPECT_EQ(names(graph, graph.upstream(0)), Paths{"writes-into-dir"});
  EXPECT_EQ(names(graph, graph.upstream(1)), Paths{"writes-dir"});
  EXPECT_TRUE(graph.downstream(4).empty());
}

TEST(StageGraph, CountsParamsFilesAsDependencies) {
  Stage tuned = stage("tuned", {}, {});
  tuned.params = {{"best.yaml", {"lr"}}};
  const StageGraph graph({tuned, stage("search", {}, {"best.yaml"})});
  EXPECT_EQ(names(graph, graph.order()), (Paths{"search", "tuned"}));
}

TEST(StageGraph, RefusesOverlapsNamingBothSides) {
  EXPECT_NE(failure({stage("a", {}, {"x"}), stage("b", {}, {"x"})})
                .find("stages 'a' and 'b' have the same output 'x'"),
            std::string::npos);
  EXPECT_NE(failure({stage("a", {}, {"x"}), stage("b", {}, {"x/y/z"})})
                .find("output 'x/y/z' of stage 'b' lies in output 'x' of stage 'a'"),
            std::string::npos);
  EXPECT_NE(
      failure({stage("a", {}, {"x"})}, {"x"}).find("output 'x' of stage 'a' is data, tracked by 'dvx add'"),
      std::string::npos);
  EXPECT_NE(failure({stage("a", {}, {"data/x"})}, {"data"}).find("lies in 'data', tracked by 'dvx add'"),
            std::string::npos);
  EXPECT_NE(failure({stage("a", {}, {"data"})}, {"data/x/y"}).find("lies in an output of stage 'a'"),
            std::string::npos);
  EXPECT_NE(failure({stage("a", {"x"}, {"x"})}).find("stage 'a' depends on its own output 'x'"),
            std::string::npos);
  EXPECT_NE(failure({stage("a", {"x"}, {"x/y"})}).find("stage 'a' depends on its own output 'x/y'"),
            std::string::npos);
  EXPECT_EQ(failure({stage("a", {"x"}, {"x2", "x-y"})}, {"x"}), "accepted");
}

TEST(StageGraph, NamesTheStagesOfACycle) {
  const std::string message =
      failure({stage("before", {}, {"0"}), stage("a", {"0", "3"}, {"1"}), stage("b", {"1"}, {"2"}),
               stage("c", {"2"}, {"3"}), stage("after", {"3"}, {})});
  EXPECT_NE(message.find("stages form a cycle: a -> b -> c -> a"), std::string::npos) << message;
}

TEST(StageGraph, SelectsByNamePatternAndPath) {
  const StageGraph graph({stage("prepare", {"raw"}, {"data/prepared"}),
                          stage("train-1", {"data/prepared"}, {"models/1"}),
                          stage("train-2", {"data/prepared"}, {"models/2"}),
                          stage("evaluate", {"models/1", "models/2"}, {"r"})});
  using enum Reach;
  EXPECT_EQ(names(graph, graph.select({}, "", Only)).size(), 4U);
  EXPECT_EQ(names(graph, graph.select({"train-2"}, "", Only)), Paths{"train-2"});
  EXPECT_EQ(names(graph, graph.select({"train-2"}, "", Ancestors)), (Paths{"prepare", "train-2"}));
  EXPECT_EQ(names(graph, graph.select({"train-2"}, "", Descendants)), (Paths{"train-2", "evaluate"}));
  EXPECT_EQ(names(graph, graph.select({"train-*"}, "", Only)), (Paths{"train-1", "train-2"}));
  EXPECT_EQ(names(graph, graph.select({"../models/1"}, "data", Only)), Paths{"train-1"});
  EXPECT_EQ(names(graph, graph.select({"data/prepared/deep/file"}, "", Only)), Paths{"prepare"});
  EXPECT_EQ(names(graph, graph.select({"models"}, "", Only)), (Paths{"train-1", "train-2"}));
}

TEST(StageGraph, SaysWhatAnUnknownTargetMayMean) {
  const StageGraph graph({stage("prepare", {}, {"out"})});
  try {
    graph.select({"prepaer"}, "", Reach::Only);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::NotFound);
    EXPECT_EQ(error.message(), "no stage or output 'prepaer'");
    EXPECT_EQ(error.hint(), "did you mean 'prepare'?");
  }
}

TEST(StageGraph, OrdersAnyAcyclicPipeline) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    const std::size_t count = 1 + random() % 30;
    std::vector<std::size_t> rank(count);
    std::iota(rank.begin(), rank.end(), 0U);
    std::shuffle(rank.begin(), rank.end(), random);
    std::vector<Stage> stages;
    for (std::size_t i = 0; i < count; ++i) {
      Paths deps;
      for (std::size_t j = 0; j < count; ++j) {
        if (rank[j] < rank[i] && random() % 4 == 0)
          deps.push_back("o" + std::to_string(j) + (random() % 2 != 0 ? "/x" : ""));
      }
      stages.push_back(stage("s" + std::to_string(i), deps, {"o" + std::to_string(i)}));
    }
    const StageGraph graph(stages);
    std::vector<std::size_t> place(count);
    for (std::size_t i = 0; i < count; ++i) place[graph.order()[i]] = i;
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(graph.upstream(i).size(), stages[i].deps.size());
      for (const std::size_t up : graph.upstream(i)) ASSERT_LT(place[up], place[i]);
    }
  }
}

TEST(StageGraph, TakesTenThousandStages) {
  std::vector<Stage> stages;
  for (int i = 0; i < 10000; ++i) {
    stages.push_back(
        stage("s" + std::to_string(i), {"d/" + std::to_string(i - 1) + "/f"}, {"d/" + std::to_string(i)}));
  }
  const StageGraph graph(std::move(stages));
  EXPECT_EQ(graph.order().back(), 9999U);
  EXPECT_EQ(graph.select({"s9999"}, "", Reach::Ancestors).size(), 10000U);
}

Stage generated(const std::string& group, const std::string& key, const std::string& file = "dvx.yaml") {
  Stage result = stage(stage_address(file, group + "@" + key), {}, {group + "-" + key});
  result.group = stage_address(file, group);
  result.file = file;
  return result;
}

TEST(StageGraph, SelectsStagesOfSeveralFiles) {
  Stage sub = stage("models/big:train", {}, {"models/big/m"});
  sub.file = "models/big/dvx.yaml";
  const StageGraph graph({stage("train", {}, {"m"}), sub, generated("fit", "a"), generated("fit", "b:c")});
  const auto select = [&](const std::string& target, const std::string& cwd) {
    return names(graph, graph.select({target}, cwd, Reach::Only));
  };
  EXPECT_EQ(select("train", ""), (Paths{"train"}));
  EXPECT_EQ(select("train", "models/big/deeper"), (Paths{"models/big:train"}));
  EXPECT_EQ(select("train", "models"), (Paths{"train"}));
  EXPECT_EQ(select(":train", "models/big"), (Paths{"train"}));
  EXPECT_EQ(select("../../dvx.yaml:train", "models/big"), (Paths{"train"}));
  EXPECT_EQ(select("big:train", "models"), (Paths{"models/big:train"}));
  EXPECT_EQ(select("models/big/dvx.yaml:train", ""), (Paths{"models/big:train"}));
  EXPECT_EQ(select("models/big:train", "models/big"), (Paths{"models/big:train"}));
  EXPECT_EQ(select("models/big/dvx.yaml", ""), (Paths{"models/big:train"}));
  EXPECT_EQ(select("fit", ""), (Paths{"fit@a", "fit@b:c"}));
  EXPECT_EQ(select("fit@b:c", "models"), (Paths{"fit@b:c"}));
  EXPECT_EQ(select("fit@*", ""), (Paths{"fit@a", "fit@b:c"}));
  EXPECT_EQ(select("tr*", "models/big"), (Paths{"train", "models/big:train"}));
  EXPECT_EQ(select("models/big:*", ""), (Paths{"models/big:train"}));
}

TEST(StageGraph, ConnectsStagesThatAreNamed) {
  Stage reader = stage("report", {}, {});
  reader.stage_deps = {"fit", "env"};
  const StageGraph graph({reader, generated("fit", "b"), generated("fit", "a"), stage("env", {}, {})});
  EXPECT_EQ(names(graph, graph.order()), (Paths{"fit@b", "fit@a", "env", "report"}));
  EXPECT_EQ(graph.stages()[0].stage_deps, (Paths{"env", "fit@a", "fit@b"}));
  Stage lost = stage("a", {}, {});
  lost.stage_deps = {"b"};
  EXPECT_EQ(failure({lost}), "dvx.yaml:1:1: stage 'a' needs stage 'b', which is not there");
  lost.stage_deps = {"a"};
  EXPECT_EQ(failure({lost}), "dvx.yaml:1:1: stage 'a' depends on itself");
}

TEST(StageGraph, ConnectsByImportsButWhereThatClosesACircle) {
  const StageGraph graph(
      {stage("use", {}, {"n"}), stage("make", {}, {"lib/made.py"}), stage("late", {"n"}, {"lib/late.py"})},
      {}, {{"lib/made.py", "lib/late.py", "use.py"}, {}, {}});
  EXPECT_EQ(names(graph, graph.order()), (Paths{"make", "use", "late"}));
  EXPECT_EQ(names(graph, graph.upstream(0)), Paths{"make"});
  EXPECT_EQ(names(graph, graph.downstream(1)), Paths{"use"});
  EXPECT_TRUE(graph.is_circular_import(0, "lib/late.py"));
  EXPECT_FALSE(graph.is_circular_import(0, "lib/made.py"));
}

TEST(StageGraph, FrozenStagesCanEndASelection) {
  Stage middle = stage("b", {"1"}, {"2"});
  middle.frozen = true;
  const StageGraph graph({stage("a", {"0"}, {"1"}), middle, stage("c", {"2"}, {"3"})});
  const auto selected = [&](const std::string& target, Reach reach, FrozenStages frozen) {
    return names(graph, graph.select({target}, "", reach, frozen));
  };
  EXPECT_EQ(selected("c", Reach::Ancestors, FrozenStages::PassedThrough), (Paths{"a", "b", "c"}));
  EXPECT_EQ(selected("c", Reach::Ancestors, FrozenStages::End), (Paths{"b", "c"}));
  EXPECT_EQ(selected("a", Reach::Descendants, FrozenStages::End), Paths{"a"});
  EXPECT_EQ(selected("c", Reach::Connected, FrozenStages::End), (Paths{"b", "c"}));
}

}  // namespace
}  // namespace dvx
