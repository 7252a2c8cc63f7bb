#include "core/formats/stage_key.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {
namespace {

struct Sample {
  Stage stage;
  StageInputs inputs;

  Sample() {
    stage.name = "train";
    stage.commands = {"python3 train.py", "echo done"};
    stage.wdir = "work";
    stage.deps = {{"data", ""}, {"train.py", ""}};
    stage.env = {{"OMP_NUM_THREADS", "1"}};
    stage.tools = {"python3 --version"};
    stage.outs = {{.path = "model.pkl", .remote = {}, .schema = {}}};
    inputs.deps = {{"data", {DataKind::Tree, ObjectId::of("data"), 10, 2, false}},
                   {"train.py", {DataKind::File, ObjectId::of("code"), 4, 1, false}}};
    *inputs.params = {{"params.yaml", {{"epochs", 5}}}};
    inputs.tools = {{"python3 --version", "Python 3.11.2"}};
  }
  ObjectId key() const { return stage_key(stage_key_fields(stage, inputs)); }
};

TEST(StageKey, IsTheDocumentedText) {
  const Sample sample;
  EXPECT_EQ(canonical_json(stage_key_fields(sample.stage, sample.inputs)),
            R"({"commands":["python3 train.py","echo done"],)"
            R"("deps":{"data":"tree:)" +
                ObjectId::of("data").to_hex() + R"(","train.py":"file:)" + ObjectId::of("code").to_hex() +
                R"("},)"
                R"("env":{"OMP_NUM_THREADS":"1"},"outs":{"model.pkl":{"cache":true,"persist":false}},)"
                R"("params":{"params.yaml":{"epochs":5}},"tools":{"python3 --version":"Python 3.11.2"},)"
                R"("version":1,"wdir":"work"})");
}

TEST(StageKey, ChangesWithWhateverCanChangeOutputs) {
  const ObjectId before = Sample().key();
  const auto differs = [&](auto change) {
    Sample sample;
    change(sample);
    return sample.key() != before;
  };
  EXPECT_TRUE(differs([](Sample& s) { s.stage.commands[0] += " -v"; }));
  EXPECT_TRUE(differs([](Sample& s) { s.stage.wdir = ""; }));
  EXPECT_TRUE(differs([](Sample& s) { s.inputs.deps["data"].id = ObjectId::of("other"); }));
  EXPECT_TRUE(differs([](Sample& s) { s.inputs.deps["train.py"].executable = true; }));
  EXPECT_TRUE(differs([](Sample& s) { (*s.inputs.params)["params.yaml"]["epochs"] = 6; }));
  EXPECT_TRUE(differs([](Sample& s) { s.stage.env["OMP_NUM_THREADS"] = "2"; }));
  EXPECT_TRUE(differs([](Sample& s) { s.inputs.tools["python3 --version"] = "Python 3.12.0"; }));
  EXPECT_TRUE(differs([](Sample& s) { s.stage.outs[0].persist = true; }));
}

TEST(StageKey, IgnoresWhatCannot) {
  Sample sample;
  sample.stage.name = "other";
  sample.stage.desc = "words";
  sample.stage.outs[0].remote = "there";
  sample.stage.outs[0].kind = OutputKind::Metric;
  sample.stage.deps[0].schema = "data.schema.yaml";
  EXPECT_EQ(sample.key(), Sample().key());
}

TEST(StageKey, HoldsUrlsAndNeededStagesOnlyWhereThereAreSome) {
  Sample sample;
  const auto without = stage_key_fields(sample.stage, sample.inputs);
  EXPECT_FALSE(without.contains("urls") || without.contains("stages"));
  sample.stage.urls = {"https://a.example/x"};
  sample.stage.stage_deps = {"env"};
  sample.inputs.urls = {{"https://a.example/x", "etag: \"1\""}};
  sample.inputs.needed_stages = {{"env", "key:00"}};
  const auto with = stage_key_fields(sample.stage, sample.inputs);
  EXPECT_EQ(with["urls"]["https://a.example/x"], "etag: \"1\"");
  EXPECT_EQ(with["stages"]["env"], "key:00");
}

TEST(StageKey, AStageShowsItsOutputsOrWhatItRanWith) {
  LockedStage locked;
  locked.key = ObjectId::of("key");
  EXPECT_EQ(stage_result(locked), "key:" + locked.key.to_hex());
  locked.outs = {{"out", {DataKind::File, ObjectId::of("1"), 1, 1, false}}};
  const std::string first = stage_result(locked);
  locked.key = ObjectId::of("another");
  EXPECT_EQ(stage_result(locked), first);
  locked.outs[0].data.id = ObjectId::of("2");
  EXPECT_NE(stage_result(locked), first);
}

TEST(StageKey, HoldsImportsOnlyWhereThereAreSome) {
  Sample sample;
  EXPECT_FALSE(stage_key_fields(sample.stage, sample.inputs).contains("imports"));
  sample.inputs.imports = {{"src/a.py", "file:00"}};
  EXPECT_EQ(stage_key_fields(sample.stage, sample.inputs)["imports"]["src/a.py"], "file:00");
}

TEST(StageKey, SaysThatAStageIsSandboxedOnlyThen) {
  Sample sample;
  const ObjectId before = sample.key();
  EXPECT_FALSE(stage_key_fields(sample.stage, sample.inputs).contains("sandbox"));
  sample.stage.execution.sandbox = true;
  EXPECT_NE(sample.key(), before);
}

TEST(StageKey, EveryFieldHasOneRowAndIsDocumented) {
  const auto page = read_file(DVX_SOURCE_DIR "/docs/formats/key.md");
  std::set<std::string> names;
  for (const KeyFieldRow& row : key_field_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name << " has two rows";
    EXPECT_NE(page.find(fmt::format("`{}`", row.name)), std::string::npos)
        << row.name << " is not documented";
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(KeyField::Recorded) + 1);
}

// What the lock repeats of a key is enough to make the same key again, whatever fields it has.
TEST(StageKey, ComesBackFromTheLock) {
  Sample sample;
  sample.stage.execution.shell = "bash";
  sample.stage.execution.sandbox = true;
  sample.stage.commands = {"a\nb"};
  sample.stage.each.emplace();
  sample.stage.each->in = "raw/*.txt";
  sample.stage.each->out = "out/{stem}";
  sample.inputs.imports = {{"src/a.py", "file:00"}};
  const auto fields = stage_key_fields(sample.stage, sample.inputs);
  LockedStage locked;
  locked.commands = sample.stage.commands;
  for (const auto& [path, data] : sample.inputs.deps) locked.deps.push_back({path, data});
  locked.params = fields["params"];
  locked.environment = lock_environment(fields);
  EXPECT_EQ(key_fields_of_lock(locked, fields), fields);
  auto others = fields;
  for (const char* name : {"shell", "sandbox", "stops", "each", "imports"}) others.erase(name);
  EXPECT_EQ(key_fields_of_lock(locked, others), fields);
  locked.environment = lock_environment(others);
  EXPECT_EQ(key_fields_of_lock(locked, fields), others);
}

}  // namespace
}  // namespace dvx
