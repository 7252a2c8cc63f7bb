#include "core/workspace/pipeline_cache.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <functional>

#include "core/formats/pipeline/pipeline_image.h"
#include "core/workspace/pipelines.h"
#include "tests/unit/core/repository_for_tests.h"

namespace dvx {
namespace {

constexpr const char* kCache = ".dvx/pipeline.cache";

class PipelineCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    place.write("dvx.yaml",
                "vars: [settings.yaml]\n"
                "stages:\n  one: {cmd: 'echo ${word} ${flags} > one', outs: [one]}\n");
    place.write("settings.yaml", "word: first\nflags: {slow: false}\n");
    place.write("models/dvx.yaml", "stages:\n  two: {cmd: echo > two, outs: [two]}\n");
  }

  std::string program;  // that runs, when there is one

  PipelineFile read() const {
    Surroundings surroundings = place.surroundings();
    surroundings.executable = program;
    Repository repository = Repository::open(surroundings);
    return workspace_pipeline(repository).value();
  }

  // Puts another pipeline into the cache, so that whoever believes it shows.
  void plant(const std::function<void(PipelineSources&)>& change = {}) const {
    read();
    PipelineSources sources;
    auto pipeline = read_pipeline_image(place.read(kCache), [&](const PipelineSources& then) {
      sources = then;
      return true;
    });
    pipeline.value().stages.at(0).desc = "planted";
    if (change) change(sources);
    place.write(kCache, write_pipeline_image(sources, *pipeline));
  }
  bool is_planted() const {
    const PipelineFile pipeline = read();
    return !pipeline.stages.empty() && pipeline.stages.front().desc == "planted";
  }

  TestRepository place;
};

TEST_F(PipelineCacheTest, IsBelievedWhileNothingChanges) {
  plant();
  EXPECT_TRUE(is_planted());
  EXPECT_TRUE(is_planted());
}

TEST_F(PipelineCacheTest, TextsWrittenAgainAreTheSame) {
  plant();
  place.write("dvx.yaml", place.read("dvx.yaml"));
  EXPECT_TRUE(is_planted());
}

// Overwritten in place within a tick of the clock, with the old times: no stamp can tell.
void change_without_a_trace(const TestRepository& place, const std::string& file, std::string text) {
  struct ::stat before {};
  ASSERT_EQ(::stat(place.path(file).c_str(), &before), 0);
  ASSERT_EQ(text.size(), static_cast<std::size_t>(before.st_size));
  const UniqueFd fd = open_file(place.path(file), O_WRONLY);
  write_all(fd.get(), text, file);
  const struct ::timespec times[] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::futimens(fd.get(), times), 0);
}

struct Change {
  const char* name;
  std::function<void(const TestRepository&)> make;
};

class ChangedPipeline : public PipelineCacheTest, public testing::WithParamInterface<Change> {};

TEST_P(ChangedPipeline, IsReadAgain) {
  plant();
  GetParam().make(place);
  EXPECT_FALSE(is_planted());
  plant();  // and the cache is good again
  EXPECT_TRUE(is_planted());
}

INSTANTIATE_TEST_SUITE_P(
    All, ChangedPipeline,
    testing::Values(
        Change{"Edited", [](auto& place) { place.write("dvx.yaml", "stages: {one: {cmd: echo}}\n"); }},
        Change{"EditedWithoutATrace",
               [](auto& place) {
                 change_without_a_trace(place, "settings.yaml", "word: secnd\nflags: {slow: false}\n");
               }},
        Change{"NewInASubdirectory",
               [](auto& place) { place.write("data/dvx.yaml", "stages: {three: {cmd: echo}}\n"); }},
        Change{"RemovedFromASubdirectory", [](auto& place) { remove_tree(place.path("models/dvx.yaml")); }},
        Change{"HiddenByAnIgnoreFile", [](auto& place) { place.write(".gitignore", "/models\n"); }},
        Change{"VariablesChanged", [](auto& place) { place.write("settings.yaml", "word: x\nflags: {}\n"); }},
        Change{"ParamsAppear", [](auto& place) { place.write("params.yaml", "unused: 1\n"); }},
        Change{"ParamsAppearInASubdirectory",
               [](auto& place) {
                 place.write("models/dvx.yaml", "stages:\n  two: {cmd: 'echo ${a} > two', outs: [two]}\n");
                 place.write("models/params.yaml", "a: 1\n");
               }},
        Change{
            "OtherSettings",
            [](auto& place) { place.write(".dvx/config.local", "[parsing]\n\tbool = boolean_optional\n"); }},
        Change{"CacheTruncated", [](auto& place) { place.write(kCache, place.read(kCache).substr(0, 100)); }},
        Change{"CacheEmpty", [](auto& place) { place.write(kCache, ""); }},
        Change{"CacheDamaged",
               [](auto& place) {
                 std::string bytes = place.read(kCache);
                 bytes[bytes.size() / 2] ^= 1;
                 place.write(kCache, bytes);
               }},
        Change{"CacheGone", [](auto& place) { remove_tree(place.path(kCache)); }}),
    [](const auto& test) { return test.param.name; });

TEST_F(PipelineCacheTest, ParamsThatGoAreMissed) {
  place.write("params.yaml", "other: 1\n");
  plant();
  remove_tree(place.path("params.yaml"));
  EXPECT_FALSE(is_planted());
}

TEST_F(PipelineCacheTest, VariablesThatGoAreAnError) {
  plant();
  remove_tree(place.path("settings.yaml"));
  EXPECT_THROW(read(), Error);
}

TEST_F(PipelineCacheTest, OtherVersionIsNotBelieved) {
  plant([](PipelineSources& sources) { sources.reader.replace(0, 5, "dvx 9"); });
  EXPECT_FALSE(is_planted());
}

TEST_F(PipelineCacheTest, OtherProgramIsNotBelieved) {
  place.write("program-1", "1");
  place.write("program-2", "22");
  program = place.path("program-1");
  plant();
  program = place.path("program-2");
  EXPECT_FALSE(is_planted());
}

TEST_F(PipelineCacheTest, CacheOfACopyIsNotBelieved) {
  plant();
  const TestRepository copy;
  for (const char* file : {"dvx.yaml", "settings.yaml", "models/dvx.yaml", kCache})
    copy.write(file, place.read(file));
  Repository repository = copy.open();
  EXPECT_EQ(workspace_pipeline(repository).value().stages.front().desc, "");
}

TEST_F(PipelineCacheTest, CacheThatCannotBeWrittenCostsNothingButTime) {
  make_directories(place.path(std::string(kCache) + "/in the way"));
  EXPECT_EQ(read().stages.size(), 2U);
  EXPECT_EQ(read().stages.size(), 2U);
}

TEST_F(PipelineCacheTest, ErrorsAreNotKept) {
  place.write("dvx.yaml", "stages: {one: {}}\n");
  EXPECT_THROW(read(), Error);
  EXPECT_THROW(read(), Error);
  place.write("dvx.yaml", "stages: {one: {cmd: echo}}\n");
  EXPECT_EQ(read().stages.size(), 2U);
}

}  // namespace
}  // namespace dvx
