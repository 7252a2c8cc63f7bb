#include "core/formats/run_record.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/file.h"

namespace dvx {
namespace {

const std::string kGolden = std::string(DVX_GOLDEN_DIR) + "/run-record/v1.json";

RunRecord sample_record() {
  RunRecord record;
  record.stage = "train";
  record.key = ObjectId::of("key");
  *record.key_fields = {{"version", 1}, {"commands", {"python3 src/train.py"}}};
  record.commands = {"python3 src/train.py"};
  record.wdir = "models";
  record.deps = {{.path = "src/train.py", .data = {.id = ObjectId::of("code"), .size = 12}, .producer = {}},
                 {.path = "data/\xff",
                  .data = {DataKind::Tree, ObjectId::of("tree"), 300, 7},
                  .producer = ObjectId::of("run")}};
  record.outs = {
      {.path = "model.bin", .data = {.id = ObjectId::of("model"), .size = 99, .executable = true}},
      {.path = "metrics.json", .data = {.id = ObjectId::of("metrics"), .size = 5}, .cached = false}};
  *record.params = {{"params.yaml", {{"train.rate", 0.25}}}};
  *record.environment = {{"tools", {{"python3 --version", "Python 3.11.2"}}}};
  record.git_commit = "0123456789012345678901234567890123456789";
  record.git_dirty = true;
  record.schemas = {{"data/x.csv", "schemas/x.schema.yaml", ObjectId::of("schema"), false, 3}};
  record.started_ns = 1'769'860'800'123'000'000;
  record.wall_seconds = 1.5;
  record.cpu_seconds = 0.75;
  record.peak_memory_bytes = 4096;
  record.machine = "host Linux x86_64";
  record.log = ObjectId::of("log");
  record.dvx_version = "0.1.0";
  return record;
}

ErrorKind kind_of_failure(const std::string& bytes) {
  try {
    parse_run_record(bytes, "x");
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::Internal;
}

TEST(RunRecord, IsWrittenAsTheGoldenFileHasIt) {
  const std::string bytes = serialize_run_record(sample_record());
  if (std::getenv("DVX_ACCEPT")) write_file_atomically(kGolden, bytes);
  EXPECT_EQ(bytes, read_file(kGolden));
}

TEST(RunRecord, RoundTripsEveryField) {
  const std::string bytes = serialize_run_record(sample_record());
  const RunRecord read = parse_run_record(bytes, "x");
  EXPECT_EQ(serialize_run_record(read), bytes);
  EXPECT_EQ(read.started_ns, sample_record().started_ns);
  EXPECT_EQ(read.deps[0].path, "data/\xff");  // sorted
  EXPECT_EQ(read.deps[0].producer, ObjectId::of("run"));
  EXPECT_EQ(read.deps[0].data.files, 7U);
  EXPECT_TRUE(read.outs[1].data.executable);
  EXPECT_FALSE(read.outs[0].cached);
  EXPECT_FALSE(read.schemas[0].valid);
  EXPECT_EQ(read.log, ObjectId::of("log"));
}

TEST(RunRecord, OrderOfDependenciesDoesNotChangeTheBytes) {
  RunRecord other = sample_record();
  std::swap(other.deps[0], other.deps[1]);
  EXPECT_EQ(serialize_run_record(other), serialize_run_record(sample_record()));
}

TEST(RunRecord, RefusesWhatItWouldNotHaveWritten) {
  const std::string bytes = serialize_run_record(sample_record());
  EXPECT_EQ(kind_of_failure(" " + bytes), ErrorKind::Corruption);
  EXPECT_EQ(kind_of_failure(bytes.substr(0, bytes.size() / 2)), ErrorKind::Corruption);
  EXPECT_EQ(kind_of_failure("[]"), ErrorKind::Corruption);
  EXPECT_EQ(kind_of_failure("{}"), ErrorKind::Corruption);
}

TEST(RunRecord, TellsANewerFormatFromADamagedOne) {
  EXPECT_EQ(kind_of_failure(R"({"dvx_run":2})"), ErrorKind::Config);
}

}  // namespace
}  // namespace dvx
