#include "core/pipeline/params.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace dvx {
namespace {

Stage stage_with(const std::string& file, const std::vector<std::string>& keys) {
  Stage stage;
  stage.name = "train";
  stage.params = {{file, keys}};
  return stage;
}

nlohmann::json values(const std::string& file, const std::string& text,
                      const std::vector<std::string>& keys) {
  ParamsLookup lookup(
      [&](const std::string& path) { return path == file ? std::optional(text) : std::nullopt; });
  return lookup.values_of(stage_with(file, keys))[file];
}

Error failure(const std::string& file, const std::string& text, const std::vector<std::string>& keys) {
  try {
    values(file, text, keys);
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::Internal, "accepted");
}

TEST(Params, ReadsYamlJsonAndToml) {
  const std::vector<std::string> keys = {"train.epochs", "train.layers.1", "name"};
  const nlohmann::json expected = {{"train.epochs", 5}, {"train.layers.1", 0.5}, {"name", "x"}};
  EXPECT_EQ(values("p.yaml", "train: {epochs: 5, layers: [1, 0.5]}\nname: x\n", keys), expected);
  EXPECT_EQ(values("p.json", R"({"train": {"epochs": 5, "layers": [1, 0.5]}, "name": "x"})", keys), expected);
  EXPECT_EQ(values("p.toml", "name = 'x'\n[train]\nepochs = 5\nlayers = [1, 0.5]\n", keys), expected);
}

TEST(Params, OfAWholeFileAreAllItsKeys) {
  EXPECT_EQ(values("p.yaml", "a: {b: 1}\nc: null\n", {}),
            nlohmann::json::parse(R"({"a": {"b": 1}, "c": null})"));
}

TEST(Params, FindsKeysWithDotsInThem) {
  const auto document = nlohmann::json::parse(R"({"a.b": 1, "a": {"b": 2, "c.d": {"e": 3}}, "": 4})");
  EXPECT_EQ(*find_param(document, "a.b"), 1);
  EXPECT_EQ(*find_param(document, "a.c.d.e"), 3);
  EXPECT_EQ(find_param(document, "a.c"), nullptr);
  EXPECT_EQ(find_param(document, "a.b.c"), nullptr);
}

TEST(Params, TellTomlTypesApart) {
  EXPECT_EQ(
      values("p.toml", "i = 1\nf = 1.0\nd = 2020-01-02\nt = 2020-01-02T03:04:05Z\nn = nan\nz = -inf\n", {})
          .dump(),
      R"({"d":"2020-01-02","f":1.0,"i":1,"n":".nan","t":"2020-01-02T03:04:05Z","z":"-.inf"})");
}

TEST(Params, MissingKeyNamesKeyFileAndWhatWasMeant) {
  const Error error = failure("p.yaml", "train: {epochs: 5}\n", {"train.epoch"});
  EXPECT_EQ(error.kind(), ErrorKind::NotFound);
  EXPECT_EQ(error.message(), "stage 'train': no param 'train.epoch' in 'p.yaml'");
  EXPECT_EQ(error.hint(), "did you mean 'train.epochs'?");
}

TEST(Params, MissingFileIsNotFound) {
  ParamsLookup lookup([](const std::string&) { return std::nullopt; });
  EXPECT_THROW(lookup.values_of(stage_with("p.yaml", {"a"})), Error);
}

TEST(Params, BadFilesSayWhere) {
  EXPECT_EQ(failure("p.toml", "a = 1\nb = \n", {"a"}).message().substr(0, 9), "p.toml:2:");
  EXPECT_EQ(failure("p.yaml", "a: 1\na: 2\n", {"a"}).message(), "p.yaml:2:1: the key 'a' is given twice");
  EXPECT_NE(failure("p.json", "{\n!", {"a"}).message().find("line 2"), std::string::npos);
  EXPECT_EQ(failure("p.yaml", "[1]", {"a"}).message(), "p.yaml: a file of params or metrics must be a map");
  EXPECT_EQ(failure("p.ini", "[a", {"a"}).message().substr(0, 6), "p.ini:");
}

TEST(Params, ReadsEachFileOnce) {
  int reads = 0;
  ParamsLookup lookup([&](const std::string&) {
    ++reads;
    return std::optional<std::string>("a: 1\n");
  });
  lookup.values_of(stage_with("p.yaml", {"a"}));
  lookup.values_of(stage_with("p.yaml", {}));
  EXPECT_EQ(reads, 1);
}

}  // namespace
}  // namespace dvx
