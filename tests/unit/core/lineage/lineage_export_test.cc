#include "core/lineage/lineage_export.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "core/lineage/lineage_page.h"
#include "tests/unit/core/lineage/sample_graph.h"

namespace dvx {
namespace {

void expect_golden(const std::string& name, const std::string& text) {
  const std::string file = std::string(DVX_GOLDEN_DIR) + "/lineage/" + name;
  if (std::getenv("DVX_ACCEPT")) write_file_atomically(file, text);
  EXPECT_EQ(text, read_file(file));
}

TEST(LineageExport, WritesDot) {
  expect_golden("sample.dot", lineage_to_dot(sample_graph()));
}

TEST(LineageExport, WritesMermaid) {
  expect_golden("sample.mmd", lineage_to_mermaid(sample_graph()));
}

TEST(LineageExport, WritesJson) {
  expect_golden("sample.json", lineage_to_json(sample_graph()).dump(2) + "\n");
}

TEST(LineageExport, WritesAPage) {
  expect_golden("sample.html", lineage_page(sample_graph(), 0));
}

TEST(LineagePage, EscapesWhatStrangersWrote) {
  LineageGraph graph = sample_graph();
  graph.nodes[4].data.path = "<script>\x01\xff";
  graph.nodes[1].run.record->commands = {"</pre><img onerror=x>"};
  const std::string page = lineage_page(graph, 0);
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_NE(page.find("&lt;script&gt;\\x01\\xff"), std::string::npos);
}

TEST(LineagePage, ShowsARunWhoseRecordIsAbsentAndRunsThatDisagree) {
  LineageGraph graph = sample_graph();
  graph.nodes[3].run.record.reset();
  graph.conflicts = {{"train", "models/best.pkl", ObjectId::of("k"), ObjectId::of("a"), ObjectId::of("b"),
                      ObjectId::of("c"), ObjectId::of("d")}};
  const std::string page = lineage_page(graph, 0);
  EXPECT_NE(page.find("record is not here"), std::string::npos);
  EXPECT_NE(page.find("is not deterministic"), std::string::npos);
}

}  // namespace
}  // namespace dvx
