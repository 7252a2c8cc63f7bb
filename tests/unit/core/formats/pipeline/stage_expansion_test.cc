#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {
namespace {

using Names = std::vector<std::string>;

class StageExpansionTest : public testing::Test {
 protected:
  PipelineFile parse(const std::string& text, const std::string& file = "dvx.yaml") {
    PipelineReading reading;
    reading.read = [this](const std::string& path) {
      ++reads[path];
      const auto found = files.find(path);
      return found == files.end() ? std::nullopt : std::optional(found->second);
    };
    return parse_pipeline(text, file, reading);
  }
  Names names(const std::string& text) {
    Names result;
    for (const Stage& stage : parse(text).stages) result.push_back(stage.name);
    return result;
  }
  std::string command(const std::string& text) { return parse(text).stages.at(0).commands.at(0); }
  Error failure(const std::string& text) {
    try {
      parse(text);
    } catch (const Error& error) {
      return error;
    }
    return Error{ErrorKind::Internal, "accepted"};
  }

  std::map<std::string, std::string> files;
  std::map<std::string, int> reads;
};

TEST_F(StageExpansionTest, PutsInVariables) {
  files = {{"params.yaml", "train: {lr: 1e-3, layers: [8, 16]}\n"},
           {"more.json", R"({"a": {"b": "deep"}, "unused": 1})"},
           {"conf.toml", "[x]\ny = 2\n"},
           {"conf.py", "class Z:\n    W = 'w'\n"}};
  EXPECT_EQ(command("vars: [more.json:a, conf.toml, conf.py, {own: [1, {k: v}]}]\n"
                    "stages: {s: {cmd: 'r ${train.lr} ${train.layers[1]} ${a.b} ${x.y} ${Z.W} ${own[1].k} "
                    "\\${HOME}'}}\n"),
            "r 0.001 16 deep 2 w v ${HOME}");
}

TEST_F(StageExpansionTest, KeepsTheTypeOfAnExpressionAlone) {
  files = {{"params.yaml", "off: true\nd: data\n"}};
  const Stage stage =
      parse("stages:\n  s:\n    cmd: x\n    frozen: ${off}\n    outs: [{'${d}/x': {cache: \"${off}\"}}]\n")
          .stages[0];
  EXPECT_TRUE(stage.frozen);
  EXPECT_EQ(stage.outs[0].path, "data/x");
  EXPECT_TRUE(stage.outs[0].cache);
}

TEST_F(StageExpansionTest, TextWithoutTemplatesReadsNoVariables) {
  files = {{"params.yaml", "not: [yaml"}};
  EXPECT_EQ(names("stages: {s: {cmd: x}}\n"), (Names{"s"}));
  EXPECT_EQ(reads.size(), 0U);
}

TEST_F(StageExpansionTest, MakesStagesOfLists) {
  EXPECT_EQ(names("stages: {s: {foreach: [a, 0.5, true, a], do: {cmd: 'x ${item}'}}, t: {cmd: y}}\n"),
            (Names{"s@a", "s@0.5", "s@true", "t"}));
  EXPECT_EQ(names("stages: {s: {foreach: [{n: 1}, b], do: {cmd: 'x'}}}\n"), (Names{"s@0", "s@1"}));
  EXPECT_EQ(names("stages: {s: {foreach: [], do: {cmd: 'x'}}}\n"), Names());
}

TEST_F(StageExpansionTest, BooleansOfVariablesAreSpeltAsByDvc) {
  files = {{"params.yaml", "flags: [true, false]\nm: {f: [true]}\n"}};
  EXPECT_EQ(names("stages: {s: {foreach: '${flags}', do: {cmd: x}}, t: {foreach: ['${flags[0]}', true], do: "
                  "{cmd: x}}}\n"),
            (Names{"s@True", "s@False", "t@True", "t@true"}));
  EXPECT_EQ(names("stages: {s: {matrix: {a: '${flags}', b: [true]}, cmd: x}, t: {matrix: '${m}', cmd: x}}\n"),
            (Names{"s@True-true", "s@False-true", "t@True"}));
}

TEST_F(StageExpansionTest, MapsGiveKeyAndItem) {
  files = {{"sub/params.yaml", "m: {us: {t: 10}, eu: {t: 15}}\n"}};
  const auto stages =
      parse("stages:\n  s:\n    foreach: ${m}\n    do:\n      cmd: x ${key} ${item.t}\n", "sub/dvx.yaml")
          .stages;
  ASSERT_EQ(stages.size(), 2U);
  EXPECT_EQ(stages[0].name, "sub:s@us");
  EXPECT_EQ(stages[0].group, "sub:s");
  EXPECT_EQ(stages[0].commands[0], "x us 10");
  EXPECT_EQ(stages[1].commands[0], "x eu 15");
  EXPECT_EQ(stages[1].position.line, 2U);
}

TEST_F(StageExpansionTest, MatrixIsEveryCombination) {
  files = {{"params.yaml", "seeds: [1, 2]\n"}};
  EXPECT_EQ(
      names(
          "stages: {s: {matrix: {m: [a, b], n: '${seeds}', o: [{k: 1}]}, cmd: 'x ${item.m} ${item.o.k}'}}\n"),
      (Names{"s@a-1-o0", "s@a-2-o0", "s@b-1-o0", "s@b-2-o0"}));
  EXPECT_EQ(command("stages: {s: {matrix: {m: [a]}, cmd: 'x ${item.m} ${key}'}}\n"), "x a a");
}

TEST_F(StageExpansionTest, StagesHaveVariablesOfTheirOwn) {
  files = {{"a/v.yaml", "x: 1\n"}, {"b/v.yaml", "x: 2\n"}};
  const auto stages =
      parse(
          "stages:\n  s:\n    foreach: [a, b]\n    do:\n      wdir: ${item}\n      vars: [v.yaml]\n"
          "      cmd: run ${x}\n")
          .stages;
  EXPECT_EQ(stages[0].commands[0], "run 1");
  EXPECT_EQ(stages[1].commands[0], "run 2");
  EXPECT_EQ(failure("stages:\n  s: {vars: [{x: 1}], cmd: a}\n  t: {cmd: 'b ${x}'}\n").message(),
            "dvx.yaml:3:15: stage 't': no variable 'x'");
}

TEST_F(StageExpansionTest, SaysWhatIsWrongAndWhere) {
  files = {{"params.yaml", "train: {lr: 1, m: {a: 1}}\nl: [1]\n"}, {"v.yaml", "x: 1\ny: 2\n"}};
  const std::string s = "stages:\n  s:\n";
  const std::vector<std::tuple<std::string, std::string, std::string>> cases = {
      {s + "    cmd: run ${trian.lr}\n", "dvx.yaml:3:14: stage 's': no variable 'trian.lr'",
       "did you mean '${train.lr}'?"},
      {s + "    cmd: |\n      one\n      two ${nope}\n", "dvx.yaml:5:11: stage 's': no variable 'nope'",
       "\\${nope}"},
      {s + "    cmd: ${a..b}\n", "dvx.yaml:3:10: stage 's': '${a..b}' is not an expression", "${name}"},
      {s + "    cmd: x\n    deps: ['a${l}']\n",
       "dvx.yaml:4:14: stage 's': '${l}' is a list, which cannot stand here", "${l[0]}"},
      {s + "    cmd: x ${l}\n", "'${l}' is a list", ""},
      {s + "    cmd: x\n    desc: ${train}\n", "'${train}' is a map", "${train.key}"},
      {"vars: [train: {lr: 2}]\n" + s + "    cmd: x\n",
       "dvx.yaml:1:8: 'train.lr' of vars[0] is defined already, by params.yaml", ""},
      {"vars: [w.yaml]\n", "dvx.yaml:1:8: the file 'w.yaml' of variables is not there", "touch w.yaml"},
      {"vars: ['v.yaml:z']\n", "dvx.yaml:1:8: no variable 'z' in 'v.yaml'", ""},
      {"vars: ['v.yaml:x', 'v.yaml']\n", "dvx.yaml:1:20: part of 'v.yaml' is loaded already", ""},
      {"vars: ['v.yaml:x', 'v.yaml:x']\n", "'x' of 'v.yaml' is loaded already", ""},
      {"vars: ['${x}']\n", "dvx.yaml:1:8: 'vars' cannot use variables themselves", ""},
      {"vars: {a: 1}\n", "'vars' must be a list of files and maps, not a map", ""},
      {"vars: ['../v.yaml']\n", "'../v.yaml' lies outside of the repository", ""},
      {s + "    foreach: ${train.lr}\n    do: {cmd: x}\n",
       "dvx.yaml:3:14: stage 's': 'foreach' must be a list or a map, not a number", ""},
      {s + "    do: {cmd: x}\n", "has 'do' without 'foreach'", ""},
      {s + "    foreach: [a]\n    do: {cmd: x}\n    deps: [y]\n",
       "dvx.yaml:5:5: stage 's': 'deps' stands beside 'foreach'", ""},
      {s + "    foreach: [a]\n    do: {cdm: x}\n", "dvx.yaml:4:10: stage 's': unknown field 'cdm'",
       "did you mean 'cmd'?"},
      {s + "    foreach: [a]\n    do: {cmd: 'x ${itm}'}\n", "dvx.yaml:4:18: stage 's@a': no variable 'itm'",
       "did you mean '${item}'?"},
      {s + "    foreach: [a]\n    do: {cmd: x, vars: [{item: 1}]}\n",
       "'item' of s@a.vars[0] is defined already", ""},
      {s + "    matrix: [a]\n    cmd: x\n", "'matrix' must be a map of lists, not a list", ""},
      {s + "    matrix: {a: b}\n    cmd: x\n", "dvx.yaml:3:17: stage 's': 'a' must be a list, not a string",
       ""}};
  for (const auto& [text, message, hint] : cases) {
    const Error found = failure(text);
    EXPECT_EQ(found.kind(), ErrorKind::Config) << text;
    EXPECT_NE(found.message().find(message), std::string::npos) << text << "\n" << found.message();
    EXPECT_NE(found.hint().find(hint), std::string::npos) << text << "\n" << found.hint();
  }
}

TEST_F(StageExpansionTest, TenThousandStagesOfOneGroup) {
  std::string list;
  for (int i = 0; i < 10'000; ++i) list += (i == 0 ? "" : ", ") + std::to_string(i);
  files = {{"params.yaml", "n: [" + list + "]\n"}};
  const auto stages = parse(
                          "stages:\n  s:\n    foreach: ${n}\n    do:\n      cmd: echo ${item} > o${item}\n"
                          "      outs: ['o${item}']\n")
                          .stages;
  ASSERT_EQ(stages.size(), 10'000U);
  EXPECT_EQ(stages.back().outs[0].path, "o9999");
}

TEST_F(StageExpansionTest, ReadsWhatStandsBesideStages) {
  files = {{"sub/params.yaml", "dir: models\n"}};
  const PipelineFile pipeline = parse(
      "metrics: ['${dir}/m.json', m.json]\nparams: [conf.toml]\n"
      "plots:\n  - curves\n  - ROC: {x: fpr, y: {roc.csv: tpr}, title: T}\n"
      "artifacts:\n  resnet: {path: '${dir}/r.pt', type: model, labels: [cv], desc: d, meta: {framework: "
      "torch}}\n",
      "sub/dvx.yaml");
  EXPECT_EQ(pipeline.metrics_files, (Names{"sub/models/m.json", "sub/m.json"}));
  EXPECT_EQ(pipeline.params_files, (Names{"sub/conf.toml"}));
  ASSERT_EQ(pipeline.plots.size(), 2U);
  EXPECT_EQ(pipeline.plots[1].properties.at("y"), R"({"roc.csv":"tpr"})");
  ASSERT_EQ(pipeline.artifacts.size(), 1U);
  EXPECT_EQ(pipeline.artifacts[0].name, "sub:resnet");
  EXPECT_EQ(pipeline.artifacts[0].path, "sub/models/r.pt");
  EXPECT_EQ(pipeline.artifacts[0].about.labels, (Names{"cv"}));
  EXPECT_EQ(failure("artifacts: {a: {typ: x}}\n").hint(), "did you mean 'type'?");
}

}  // namespace
}  // namespace dvx
