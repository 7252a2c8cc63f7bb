#include "core/formats/pipeline/pipeline_file.h"

#include <gtest/gtest.h>

#include <random>

#include "base/error.h"

namespace dvx {
namespace {

struct Failure {
  std::string message, hint;
};

Failure pipeline_failure(const std::string& text) {
  try {
    parse_pipeline(text, "dvx.yaml");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    return {error.message(), error.hint()};
  }
  return {"accepted", ""};
}

Stage only_stage(const std::string& body, const std::string& file = "dvx.yaml") {
  PipelineFile pipeline = parse_pipeline("stages:\n  s:\n" + body, file);
  EXPECT_EQ(pipeline.stages.size(), 1U);
  return pipeline.stages.at(0);
}

TEST(PipelineFile, ReadsEveryField) {
  const Stage stage = only_stage(R"(    cmd:
      - echo one
      - echo \${TWO}
    wdir: sub
    deps:
      - in.csv
      - ../src/:
          schema: ../schemas/src.schema.yaml
    params:
      - epochs
      - train.lr
      - ../conf.toml:
          - a.b
      - all.json:
    outs:
      - model
      - cached:
          cache: false
          persist: true
          push: false
          remote: big
          schema: s.schema.yaml
          desc: kept
          compare: bitwise
    metrics:
      - m.json:
          cache: false
    env:
      SEED: 7
      NAME: "x y"
    tools:
      - python3 --version
    frozen: true
    always_changed: true
    desc: all of it
    meta:
      owner: ada
      tags: [a, b]
)");
  EXPECT_EQ(stage.name, "s");
  EXPECT_EQ(stage.file, "dvx.yaml");
  EXPECT_EQ(stage.position.line, 2U);
  EXPECT_EQ(stage.commands, (std::vector<std::string>{"echo one", "echo ${TWO}"}));
  EXPECT_EQ(stage.wdir, "sub");
  ASSERT_EQ(stage.deps.size(), 2U);
  EXPECT_EQ(stage.deps[0].path, "sub/in.csv");
  EXPECT_EQ(stage.deps[1].path, "src");
  EXPECT_EQ(stage.deps[1].schema, "schemas/src.schema.yaml");
  ASSERT_EQ(stage.params.size(), 3U);
  EXPECT_EQ(stage.params[0].file, "sub/params.yaml");
  EXPECT_EQ(stage.params[0].keys, (std::vector<std::string>{"epochs", "train.lr"}));
  EXPECT_EQ(stage.params[1].file, "conf.toml");
  EXPECT_TRUE(stage.params[2].keys.empty());
  ASSERT_EQ(stage.outs.size(), 3U);
  EXPECT_TRUE(stage.outs[0].cache && stage.outs[0].push && !stage.outs[0].persist);
  EXPECT_TRUE(!stage.outs[1].cache && !stage.outs[1].push && stage.outs[1].persist);
  EXPECT_EQ(stage.outs[1].remote, "big");
  EXPECT_EQ(stage.outs[1].schema, "sub/s.schema.yaml");
  EXPECT_EQ(stage.outs[2].kind, OutputKind::Metric);
  EXPECT_EQ(stage.env, (std::map<std::string, std::string>{{"SEED", "7"}, {"NAME", "x y"}}));
  EXPECT_EQ(stage.tools, std::vector<std::string>{"python3 --version"});
  EXPECT_TRUE(stage.frozen && stage.always_changed);
  EXPECT_EQ(stage.meta.at("tags"), R"(["a","b"])");
}

TEST(PipelineFile, OfNothingHasNoStages) {
  for (const char* text : {"", "# empty\n", "stages:\n", "stages: {}\n"}) {
    EXPECT_TRUE(parse_pipeline(text, "dvx.yaml").stages.empty()) << text;
  }
}

TEST(PipelineFile, TheExecutorOfAFileIsThatOfStagesThatNameNone) {
  const PipelineFile file =
      parse_pipeline("executor: slurm\nstages:\n  a: {cmd: x}\n  b: {cmd: x, executor: local}\n", "dvx.yaml");
  EXPECT_EQ(file.stages[0].execution.executor, "slurm");
  EXPECT_EQ(file.stages[1].execution.executor, "local");
  EXPECT_EQ(parse_pipeline("stages: {a: {cmd: x}}\n", "dvx.yaml").stages[0].execution.executor, "");
}

TEST(PipelineFile, KeepsTheOrderOfTheFile) {
  const PipelineFile pipeline = parse_pipeline("stages: {z: {cmd: a}, a: {cmd: b}}", "dvx.yaml");
  EXPECT_EQ(pipeline.stages[0].name, "z");
  EXPECT_EQ(pipeline.stages[1].name, "a");
}

TEST(PipelineFile, PathsOfAFileInADirectoryAreSeenFromTheRoot) {
  const Stage stage = only_stage("    cmd: x\n    deps: [a, ../b]\n", "sub/dir/dvx.yaml");
  EXPECT_EQ(stage.wdir, "sub/dir");
  EXPECT_EQ(stage.deps[0].path, "sub/dir/a");
  EXPECT_EQ(stage.deps[1].path, "sub/b");
}

TEST(PipelineFile, RefusesBadStagesWithPlaceAndHint) {
  struct Case {
    std::string text, message, hint;
  };
  const std::string s = "stages:\n  s:\n    cmd: x\n";
  const std::vector<Case> cases = {
      {"stage:\n", "dvx.yaml:1:1: unknown field 'stage'", "did you mean 'stages'?"},
      {"datasets: []\n", "dvx.yaml:1:1: 'datasets' is not supported yet", ""},
      {"- a\n", "dvx.yaml:1:1: a pipeline file must be a map, not a list", ""},
      {"stages: [a]\n", "dvx.yaml:1:9: 'stages' must be a map of stages by name", ""},
      {"stages:\n  s: {}\n", "dvx.yaml:2:3: stage 's': has no 'cmd'", "cmd:"},
      {"stages:\n  s:\n", "stage 's': a stage must be a map, not nothing", ""},
      {"stages:\n  s/t: {cmd: x}\n", "dvx.yaml:2:3: 's/t' cannot be the name of a stage", "letters"},
      {s + "    dep: []\n", "dvx.yaml:4:5: stage 's': unknown field 'dep'", "did you mean 'deps'?"},
      {s + "    outputs: []\n", "unknown field 'outputs'", "did you mean 'outs'?"},
      {s + "    foreach: []\n", "stage 's': has 'foreach' without 'do'", ""},
      {s + "datasets: []\n", "dvx.yaml:4:1: 'datasets' is not supported yet", ""},
      {s + "    executor: pbs\n", "stage 's': 'executor' must be 'local' or 'slurm'", ""},
      {s + "executor: [slurm]\n", "dvx.yaml:4:11: 'executor' must be a string, not a list", ""},
      {s + "executor: pbs\n", "dvx.yaml:4:11: 'executor' must be 'local' or 'slurm'", ""},
      {s + "    deps: a.csv\n", "dvx.yaml:4:11: stage 's': 'deps' must be a list, not a string",
       "deps: [a.csv]"},
      {s + "    deps: [1]\n", "'deps' must be a string, not a number", "put it in quotes: \"1\""},
      {s + "    deps: [/etc/passwd]\n", "'/etc/passwd' lies outside of the repository", ""},
      {s + "    deps: [../x]\n", "'../x' lies outside of the repository", ""},
      {s + "    deps: [a/../../x]\n", "lies outside of the repository", ""},
      {s + "    deps: [.]\n", "the whole repository cannot stand in 'deps'", ""},
      {s + "    deps: [.git/config]\n",
       "'.git/config' is refused: its part '.git' is bad: a file system may take it for '.git'", ""},
      {s + "    deps: ['s3://bucket/x']\n", "only http and https can stand here", ""},
      {s + "    deps: ['${item}']\n", "dvx.yaml:4:13: stage 's': no variable 'item'", "\\${item}"},
      {s + "    deps: [a, ./a: {schema: s}]\n", "dependency './a' is given twice", ""},
      {s + "    deps: [\"a\\x01\"]\n", "has a control character", ""},
      {s + "    deps: [a: {cache: false}]\n", "unknown field 'cache'", ""},
      {s + "    outs: [a]\n    metrics: [a]\n", "output 'a' is given twice", ""},
      {s + "    outs: [dvx.lock]\n", "is a file of dvx", ""},
      {s + "    outs: [a: {cahce: false}]\n", "dvx.yaml:4:16: stage 's': unknown field 'cahce'",
       "did you mean 'cache'?"},
      {s + "    outs: [a: {cache: no}]\n", "'cache' must be true or false, not a string", ""},
      {s + "    outs: [a: {compare: loose}]\n", "'compare: loose' is not supported yet", ""},
      {s + "    frozen: 1\n", "'frozen' must be true or false, not a number", ""},
      {s + "    params: [a..b]\n", "'a..b' is not a key of a params file", ""},
      {s + "    env: [A=1]\n", "'env' must be a map of variables", ""},
      {s + "    env: {A-B: 1}\n", "'A-B' cannot be the name of a variable", ""},
      {s + "    env: {A: }\n", "'A' must be a string, not nothing", "A: \"\""},
      {s + "    tools: ['']\n", "a command in 'tools' is empty", ""},
      {"stages: {s: {cmd: ''}}\n", "'cmd' is empty", ""},
      {"stages: {s: {cmd: []}}\n", "'cmd' is empty", ""},
      {"stages: {s: {cmd: 'run ${train.lr}'}}\n", "dvx.yaml:1:24: stage 's': no variable 'train.lr'", ""}};
  for (const Case& c : cases) {
    const Failure found = pipeline_failure(c.text);
    EXPECT_NE(found.message.find(c.message), std::string::npos) << c.text << "\n" << found.message;
    EXPECT_NE(found.hint.find(c.hint), std::string::npos) << c.text << "\n" << found.hint;
  }
}

Stage new_stage() {
  Stage stage;
  stage.name = "new";
  stage.commands = {"echo 'a: b' > out"};
  stage.deps = {{"in", ""}, {"raw.csv", "raw.schema.yaml"}};
  stage.params = {{"params.yaml", {"a.b"}}, {"conf.toml", {"x"}}, {"all.json", {}}};
  stage.outs = {{.path = "out"}, {.path = "m.json", .kind = OutputKind::Metric, .cache = false}};
  return stage;
}

constexpr const char* kNewStage = R"(  new:
    cmd: "echo 'a: b' > out"
    deps:
      - in
      - raw.csv:
          schema: raw.schema.yaml
    params:
      - a.b
      - conf.toml:
          - x
      - all.json:
    outs:
      - out
    metrics:
      - m.json:
          cache: false
)";

TEST(AddStage, SplicesIntoWhateverThereIs) {
  const std::string n = kNewStage;
  struct Case {
    std::string before, after;
  };
  const std::vector<Case> cases = {
      {"", "stages:\n" + n},
      {"# mine\n", "# mine\nstages:\n" + n},
      {"stages:\n", "stages:\n" + n},
      {"stages:   # all of them", "stages:   # all of them\n" + n},
      {"stages:\n  a:\n    cmd: x  # why\n    # more\n# end\n",
       "stages:\n  a:\n    cmd: x  # why\n    # more\n" + n + "# end\n"},
      {"stages:\n  a: {cmd: x}", "stages:\n  a: {cmd: x}\n" + n},
      {"stages:\n  a:\n    cmd: x\n\n  b:\n    cmd: |\n      y\n\n      z\n\n\n# end",
       "stages:\n  a:\n    cmd: x\n\n  b:\n    cmd: |\n      y\n\n      z\n\n" + n + "\n\n# end"}};
  for (const Case& c : cases)
    EXPECT_EQ(add_stage_to_text(c.before, "dvx.yaml", new_stage()), c.after) << c.before;
}

TEST(AddStage, KeepsLineEndsAndIndentation) {
  Stage stage;
  stage.name = "b";
  stage.commands = {"run"};
  EXPECT_EQ(add_stage_to_text("stages:\r\n    a:\r\n        cmd: x\r\n", "dvx.yaml", stage),
            "stages:\r\n    a:\r\n        cmd: x\r\n    b:\r\n        cmd: run\r\n");
}

TEST(AddStage, WritesWhatIsReadBack) {
  Stage stage = new_stage();
  stage.wdir = "sub/dir";
  stage.desc = "a: b # c";
  stage.commands = {"one\ntwo", "- x"};
  stage.env = {{"A", "1"}, {"B", ""}};
  stage.tools = {"python3 --version"};
  stage.frozen = true;
  stage.outs[0].persist = true;
  stage.outs[0].about.desc = "yes";
  stage.meta = {{"owner", "ada"}};
  const Stage back = parse_pipeline(add_stage_to_text("", "dvx.yaml", stage), "dvx.yaml").stages.at(0);
  EXPECT_EQ(back.wdir, stage.wdir);
  EXPECT_EQ(back.desc, stage.desc);
  EXPECT_EQ(back.commands, stage.commands);
  EXPECT_EQ(back.deps[1].path, "raw.csv");
  EXPECT_EQ(back.deps[1].schema, "raw.schema.yaml");
  EXPECT_EQ(back.params.size(), 3U);
  EXPECT_EQ(back.params[0].file, "params.yaml");
  EXPECT_EQ(back.env, stage.env);
  EXPECT_EQ(back.tools, stage.tools);
  EXPECT_TRUE(back.frozen && back.outs[0].persist);
  EXPECT_EQ(back.outs[0].about.desc, "yes");
  EXPECT_FALSE(back.outs[1].cache);
  EXPECT_EQ(back.meta, stage.meta);
}

TEST(AddStage, RefusesANameThatIsTaken) {
  try {
    add_stage_to_text("stages:\n  new:\n    cmd: x\n", "dvx.yaml", new_stage());
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Blocked);
    EXPECT_EQ(error.message(), "dvx.yaml:2: stage 'new' is there already");
  }
}

TEST(AddStage, RefusesTextInBraces) {
  EXPECT_THROW(add_stage_to_text("{stages: {}}\n", "dvx.yaml", new_stage()), Error);
  EXPECT_THROW(add_stage_to_text("stages: {a: {cmd: x}}\n", "dvx.yaml", new_stage()), Error);
}

}  // namespace
}  // namespace dvx
