#include "core/formats/pipeline/pipeline_image.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace dvx {
namespace {

const PipelineSources kSources{.reader = "dvx 1",
                               .files = {"dvx.yaml"},
                               .texts = {{"dvx.yaml", ObjectId::of("text")}, {"params.yaml", std::nullopt}}};

constexpr auto kAny = [](const PipelineSources&) { return true; };

// Every field has a value of its own.
Stage full_stage() {
  Stage stage;
  stage.name = "models:train@eu";
  stage.group = "models:train";
  stage.file = "models/dvx.yaml";
  stage.commands = {"one", "two\nlines"};
  stage.wdir = "models";
  stage.deps = {{"models/in", "in.schema.yaml"}, {"raw", ""}};
  stage.stage_deps = {"build"};
  stage.urls = {"https://example.org/x"};
  stage.params = {{"params.yaml", {"a", "b.c"}}, {"all.json", {}}};
  stage.outs = {{.path = "models/out",
                 .kind = OutputKind::Plot,
                 .cache = false,
                 .persist = true,
                 .push = false,
                 .remote = "far",
                 .schema = "out.schema.yaml",
                 .about = {.desc = "what", .type = "model", .labels = {"x"}, .meta = {{"k", "v"}}},
                 .plot = {{"x", "epoch"}},
                 .compare = "tolerance"}};
  stage.env = {{"A", "1"}, {"B", ""}};
  stage.tools = {"cc --version"};
  stage.frozen = true;
  stage.always_changed = true;
  stage.demands = {.cpus = 3,
                   .gpus = 2,
                   .memory = std::uint64_t{1} << 40,
                   .mutexes = {"db"},
                   .timeout = std::chrono::milliseconds(1500),
                   .retries = 4};
  stage.each = StageEach{.in = "raw/*", .out = "out/{stem}", .batch = 300};
  stage.execution = {.executor = "slurm", .sandbox = true, .trace = Trace::Enforce, .imports = false};
  stage.desc = "fits";
  stage.meta = {{"owner", "ada"}};
  stage.position = {.line = 12, .column = 3, .offset = 400};
  return stage;
}

PipelineFile full_pipeline() {
  return {.stages = {full_stage(), Stage()},
          .params_files = {"conf.yaml"},
          .metrics_files = {"m.json"},
          .plots = {{.name = "ROC", .file = "dvx.yaml", .properties = {{"y", "tpr"}}}},
          .artifacts = {{.name = "net", .path = "net.pt", .about = {"", "model", {}, {}}}}};
}

TEST(PipelineImage, GivesBackEveryField) {
  const std::string bytes = write_pipeline_image(kSources, full_pipeline());
  const auto pipeline = read_pipeline_image(bytes, kAny);
  ASSERT_TRUE(pipeline);
  EXPECT_EQ(write_pipeline_image(kSources, *pipeline), bytes);
  const Stage& stage = pipeline->stages.at(0);
  EXPECT_EQ(stage.name, "models:train@eu");
  EXPECT_EQ(stage.commands.at(1), "two\nlines");
  EXPECT_EQ(stage.params.at(0).keys, (std::vector<std::string>{"a", "b.c"}));
  EXPECT_EQ(stage.outs.at(0).kind, OutputKind::Plot);
  EXPECT_EQ(stage.outs.at(0).about.meta.at("k"), "v");
  EXPECT_EQ(stage.demands, full_stage().demands);
  EXPECT_EQ(stage.each, full_stage().each);
  EXPECT_EQ(stage.execution, full_stage().execution);
  EXPECT_EQ(stage.position.offset, 400U);
  EXPECT_EQ(pipeline->artifacts.at(0).about.type, "model");
}

TEST(PipelineImage, GivesBackItsSources) {
  const std::string bytes = write_pipeline_image(kSources, {});
  PipelineSources seen;
  EXPECT_TRUE(read_pipeline_image(bytes, [&](const PipelineSources& sources) {
    seen = sources;
    return true;
  }));
  EXPECT_EQ(seen, kSources);
}

TEST(PipelineImage, IsNotReadFromOtherSources) {
  const std::string bytes = write_pipeline_image(kSources, full_pipeline());
  EXPECT_FALSE(read_pipeline_image(bytes, [](const PipelineSources&) { return false; }));
}

TEST(PipelineImage, AnyDamageIsSeen) {
  const std::string bytes = write_pipeline_image(kSources, full_pipeline());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    EXPECT_FALSE(read_pipeline_image(std::string_view(bytes).substr(0, i), kAny)) << i;
    std::string flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_FALSE(read_pipeline_image(flipped, kAny)) << i;
  }
}

// What follows the sources, with a checksum that is right.
std::string with_body(std::string_view body) {
  std::string bytes = write_pipeline_image({}, {});
  bytes.resize(bytes.size() - ObjectId::kSize - 5);  // five empty lists
  bytes += body;
  const ObjectId check = ObjectId::of(bytes);
  bytes.append(reinterpret_cast<const char*>(check.bytes().data()), ObjectId::kSize);
  return bytes;
}

struct OddBody {
  const char* name;
  std::string_view body;
};

class OddPipelineImage : public testing::TestWithParam<OddBody> {};

TEST_P(OddPipelineImage, IsNone) {
  EXPECT_FALSE(read_pipeline_image(with_body(GetParam().body), kAny));
}

constexpr std::string_view operator""_bytes(const char* text, std::size_t size) {
  return {text, size};
}

INSTANTIATE_TEST_SUITE_P(
    All, OddPipelineImage,
    testing::Values(OddBody{"MoreAtTheEnd", "\0\0\0\0\0\0"_bytes}, OddBody{"NothingThere", ""_bytes},
                    OddBody{"ManyStagesOfNothing", "\xff\xff\xff\xff\x0f\0\0\0\0"_bytes},
                    OddBody{"NumberWithoutEnd", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"_bytes},
                    OddBody{"MapOutOfOrder",
                            "\0\0\0\1\1x\1f\2\1b\1v\1a\1v\0"_bytes}),  // a plot with "b" before "a"
    [](const auto& test) { return test.param.name; });

TEST(OddPipelineImage, FiveEmptyListsAreAPipeline) {
  EXPECT_TRUE(read_pipeline_image(with_body("\0\0\0\0\0"_bytes), kAny));
}

}  // namespace
}  // namespace dvx
