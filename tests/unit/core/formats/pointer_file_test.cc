#include "core/formats/pointer_file.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file.h"

namespace dvx {
namespace {

PointerFile sample() {
  PointerFile pointer;
  pointer.path = "raw images";
  pointer.data = {.kind = DataKind::Tree, .id = ObjectId::of("x"), .size = 1234, .files = 7};
  pointer.schema = "schemas/images.schema.yaml";
  pointer.desc = "say \"hi\": yes\n";
  pointer.remote = "cold";
  pointer.meta = {{"source", "scanner 7"}, {"year", "2026"}};
  return pointer;
}

std::string message_of(std::string_view text) {
  try {
    parse_pointer(text, "x.dvx");
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::Config);
    return e.message();
  }
  return "no error";
}

TEST(PointerFile, ComesBackAsItWasWritten) {
  const PointerFile back = parse_pointer(serialize_pointer(sample()), "x.dvx");
  EXPECT_EQ(back.path, sample().path);
  EXPECT_EQ(back.data, sample().data);
  EXPECT_EQ(back.data.size, 1234U);
  EXPECT_EQ(back.data.files, 7U);
  EXPECT_EQ(back.schema, sample().schema);
  EXPECT_EQ(back.desc, sample().desc);
  EXPECT_EQ(back.remote, sample().remote);
  EXPECT_EQ(back.meta, sample().meta);
}

TEST(PointerFile, IsWrittenAsTheGoldenFileSays) {
  const std::string golden = std::string(DVX_GOLDEN_DIR) + "/pointer/v1.dvx";
  if (std::getenv("DVX_ACCEPT") != nullptr) {
    make_directories(std::string(DVX_GOLDEN_DIR) + "/pointer");
    write_file_atomically(golden, serialize_pointer(sample()));
  }
  EXPECT_EQ(serialize_pointer(sample()), read_file(golden));
}

TEST(PointerFile, KeepsNamesThatAreNotUtf8AndTheExecutableBit) {
  PointerFile pointer = sample();
  pointer.path =
      "a\xff"
      "b";
  pointer.data = {.kind = DataKind::File, .id = ObjectId::of("y"), .size = 1, .files = 1, .executable = true};
  const PointerFile back = parse_pointer(serialize_pointer(pointer), "x.dvx");
  EXPECT_EQ(back.path, pointer.path);
  EXPECT_TRUE(back.data.executable);
}

TEST(PointerFile, RefusesWhatIsNotOne) {
  const std::string id = ObjectId::of("x").to_string();
  EXPECT_NE(message_of("path: x\nfile: " + id + "\nsize: 1\ncolour: red\n").find("colour"),
            std::string::npos);
  EXPECT_NE(message_of("path: x\nsize: 1\n").find("exactly one"), std::string::npos);
  EXPECT_NE(message_of("path: x\nfile: sha256:12\nsize: 1\n").find("x.dvx:2:"), std::string::npos);
  EXPECT_NE(message_of("path: ../x\nfile: " + id + "\nsize: 1\n").find("beside"), std::string::npos);
  EXPECT_NE(message_of("path: x\nfile: " + id + "\nsize: -1\n").find("size"), std::string::npos);
  EXPECT_NE(message_of("- a\n").find("map"), std::string::npos);
  EXPECT_NE(message_of("path: x\nfile: " + id + "\n").find("'size' is missing"), std::string::npos);
}

TEST(PointerFile, IsNamedAfterItsData) {
  EXPECT_EQ(pointer_path_of("data/x"), "data/x.dvx");
  EXPECT_EQ(data_path_of("data/x.dvx"), "data/x");
  EXPECT_TRUE(is_pointer_path("data/x.dvx"));
  EXPECT_FALSE(is_pointer_path(".dvx"));
  EXPECT_FALSE(is_pointer_path("a/.dvx"));
}

}  // namespace
}  // namespace dvx
