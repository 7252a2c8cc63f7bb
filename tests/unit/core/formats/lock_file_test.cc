#include "core/formats/lock_file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"

namespace dvx {
namespace {

DataRef file_ref(const std::string& content) {
  return {DataKind::File, ObjectId::of(content), content.size(), 1, false};
}

DataRef tree_ref(const std::string& content, std::uint64_t files) {
  return {DataKind::Tree, ObjectId::of(content), 1000, files, false};
}

LockFile example() {
  LockedStage prepare;
  prepare.key = ObjectId::of("key of prepare");
  prepare.run = ObjectId::of("run of prepare");
  prepare.commands = {"mkdir -p data", "python3 src/prepare.py \"$SEED\""};
  prepare.deps = {{"src/prepare.py", file_ref("code")}, {"data/raw", tree_ref("raw", 4)}};
  prepare.deps[0].data.executable = true;
  prepare.params =
      nlohmann::json::parse(R"({"params.yaml": {"split": 0.2, "seed": 7, "names": ["a", "b"]}})");
  prepare.environment =
      nlohmann::json::parse(R"({"env": {"SEED": "1"}, "tools": {"python3 --version": "Python 3"}})");
  prepare.outs = {{"data/bytes \xff", file_ref("odd")}, {"data/é", tree_ref("out", 2)}};
  LockedStage train;
  train.key = ObjectId::of("key of train");
  train.run = ObjectId::of("run of train");
  train.commands = {"true"};
  LockFile lock;
  lock.stages = {{"train", train}, {"prepare", prepare}};
  return lock;
}

std::string lock_failure(const std::string& text) {
  try {
    parse_lock(text, "dvx.lock");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::Config);
    return error.message();
  }
  return "";
}

TEST(LockFile, IsWrittenAsTheGoldenFile) {
  const std::string path = std::string(DVX_GOLDEN_DIR) + "/lock/v1.lock";
  const std::string text = serialize_lock(example());
  if (std::getenv("DVX_ACCEPT") != nullptr) {
    make_directories(std::string(DVX_GOLDEN_DIR) + "/lock");
    write_file_atomically(path, text);
  }
  EXPECT_EQ(text, read_file(path));
}

TEST(LockFile, ReadsTheGoldenFile) {
  const LockFile lock = parse_lock(read_file(std::string(DVX_GOLDEN_DIR) + "/lock/v1.lock"), "dvx.lock");
  ASSERT_EQ(lock.stages.size(), 2U);
  const LockedStage& prepare = lock.stages.at("prepare");
  const LockedStage expected = example().stages.at("prepare");
  EXPECT_EQ(prepare.key, expected.key);
  EXPECT_EQ(prepare.run, expected.run);
  EXPECT_EQ(prepare.commands, expected.commands);
  ASSERT_EQ(prepare.deps.size(), 2U);
  EXPECT_EQ(prepare.deps[0].path, "data/raw");
  EXPECT_EQ(prepare.deps[0].data.files, 4U);
  EXPECT_TRUE(prepare.deps[1].data.executable);
  EXPECT_EQ(prepare.params, expected.params);
  EXPECT_EQ(prepare.environment, expected.environment);
  EXPECT_EQ(prepare.outs[0].path, "data/bytes \xff");
}

TEST(LockFile, OfNoStagesRoundTrips) {
  const std::string text = serialize_lock({});
  EXPECT_EQ(text, "{\n  \"version\": 1,\n  \"stages\": {}\n}\n");
  EXPECT_TRUE(parse_lock(text, "dvx.lock").stages.empty());
}

TEST(LockFile, RoundTripsWhateverItHolds) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    LockFile lock;
    for (auto s = random() % 4; s > 0; --s) {
      LockedStage stage;
      stage.key = ObjectId::of(std::to_string(random()));
      stage.run = ObjectId::of(std::to_string(random()));
      stage.params = nlohmann::json::object();
      stage.environment = nlohmann::json::object();
      for (auto i = random() % 3; i > 0; --i) stage.commands.push_back(std::string(i, '"') + "\n\\é");
      for (auto i = random() % 4; i > 0; --i) stage.deps.push_back({"d" + std::to_string(i), file_ref("x")});
      for (auto i = random() % 4; i > 0; --i)
        stage.outs.push_back({std::string(i, '\xfe'), tree_ref("y", i)});
      if (random() % 2 != 0)
        (*stage.params)["p.toml"]["a.b"] = random() % 2 != 0 ? nlohmann::json(1.0) : nlohmann::json();
      lock.stages["s" + std::to_string(random() % 100) + " \x01é"] = stage;
    }
    const std::string text = serialize_lock(lock);
    ASSERT_EQ(serialize_lock(parse_lock(text, "dvx.lock")), text);
  }
}

TEST(LockFile, RefusesWhatIsNotALock) {
  const std::string id = ObjectId::of("x").to_string();
  const std::string stage = R"({"version":1,"stages":{"s":{"key":")" + id + R"(","run":")" + id + R"(",)";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "not JSON"},
      {"{", "not JSON"},
      {"[]", "must be an object"},
      {"{}", "no field 'version'"},
      {R"({"version":2,"stages":{}})", "written in format 2"},
      {R"({"version":1,"stage":{}})", "unknown field 'stage'"},
      {R"({"version":1,"stages":{"s":{}}})", "stage 's': no field 'key'"},
      {R"({"version":1,"stages":{"s":{"key":"abc"}}})", "is not an object id"},
      {stage + R"("cmd":"x"}}})", "'cmd' must be a list"},
      {stage + R"("deps":{"../x":{"file":")" + id + R"("}}}}})", "not a path inside"},
      {stage + R"("deps":{"/etc/passwd":{"file":")" + id + R"("}}}}})", "not a path inside"},
      {stage + R"("deps":{"x":{"size":1}}}}})", "needs one of 'file' and 'tree'"},
      {stage + R"("deps":{"x":{"file":")" + id + R"(","size":-1}}}}})", "must be a whole number"},
      {stage + R"("deps":{"x":{"file":")" + id + R"("},"x":{"file":")" + id + R"("}}}}})", "given twice"},
      {"{\n<<<<<<< ours\n}", "merge conflict"}};
  for (const auto& [text, message] : cases) {
    EXPECT_NE(lock_failure(text).find(message), std::string::npos) << text << "\n" << lock_failure(text);
  }
}

}  // namespace
}  // namespace dvx
