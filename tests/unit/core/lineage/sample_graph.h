// A small lineage graph for tests: raw data → prepare → train → model, with code from git.
#pragma once

#include <nlohmann/json.hpp>

#include "core/lineage/lineage_graph.h"

namespace dvx {

inline RunRecord sample_run(const std::string& stage, const std::string& command) {
  RunRecord record;
  record.stage = stage;
  record.key = ObjectId::of("key of " + stage);
  record.key_fields = nlohmann::json::object();
  record.commands = {command};
  record.params = nlohmann::json::object();
  record.environment = nlohmann::json::object();
  record.started_ns = 1'769'860'800'000'000'000;
  record.wall_seconds = 2.5;
  record.cpu_seconds = 2;
  record.peak_memory_bytes = 120'000'000;
  record.git_commit = "0123456789012345678901234567890123456789";
  record.machine = "host Linux x86_64";
  record.dvx_version = "0.1.0";
  return record;
}

inline LineageNode sample_data(const std::string& path, OriginKind origin) {
  LineageNode node;
  node.data = {.path = path, .data = {.id = ObjectId::of(path), .size = 1234}};
  node.data.origin.kind = origin;
  if (origin == OriginKind::Pointer) node.data.origin.pointer = path + ".dvx";
  if (origin == OriginKind::Pointer || origin == OriginKind::Git) {
    node.data.origin.commit = GitCommitInfo{"89abcdef00000000000000000000000000000000", "Ada",
                                            "ada@example.org", "Add digits", 1'769'860'000};
  }
  return node;
}

inline LineageNode sample_run_node(const RunRecord& record) {
  LineageNode node;
  node.kind = LineageNodeKind::Run;
  node.run = {.id = ObjectId::of(serialize_run_record(record)), .record = record, .locked = true};
  return node;
}

inline LineageGraph sample_graph() {
  RunRecord train = sample_run("train", "python3 src/train.py \"<fast>\" & echo done");
  *train.params = {{"params.yaml", {{"train.rate", 0.5}}}};
  train.schemas = {{"data/raw.csv", "raw.schema.yaml", ObjectId::of("schema"), true, 0}};
  train.deps = {
      {.path = "data/prepared", .data = {.id = ObjectId::of("data/prepared"), .size = 1234}, .producer = {}}};
  train.outs = {{.path = "models/best.pkl", .data = {.id = ObjectId::of("models/best.pkl"), .size = 1234}}};
  LineageGraph graph;
  graph.nodes = {sample_data("models/best.pkl", OriginKind::Run),
                 sample_run_node(train),
                 sample_data("data/prepared", OriginKind::Run),
                 sample_run_node(sample_run("prepare", "python3 src/prepare.py")),
                 sample_data("data/raw.csv", OriginKind::Pointer),
                 sample_data("src/prepare.py", OriginKind::Git),
                 sample_data("src/train.py", OriginKind::Unknown)};
  graph.nodes[0].focus = true;
  graph.edges = {{1, 0}, {2, 1}, {3, 2}, {4, 3}, {5, 3}, {6, 1}};
  return graph;
}

}  // namespace dvx
