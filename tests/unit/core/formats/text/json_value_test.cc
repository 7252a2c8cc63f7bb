#include "core/formats/text/json_value.h"

#include <gtest/gtest.h>

#include <type_traits>
#include <utility>

#include <nlohmann/json.hpp>

namespace dvx {
namespace {

static_assert(std::is_nothrow_move_constructible_v<JsonValue>);
static_assert(std::is_nothrow_move_assignable_v<JsonValue>);

TEST(JsonValue, IsNullUntilSet) {
  const JsonValue value;
  EXPECT_TRUE(value.get().is_null());
  EXPECT_EQ(value, JsonValue(nullptr));
  EXPECT_EQ(value, JsonValue(nlohmann::json()));
}

TEST(JsonValue, IsTheValueItWasGiven) {
  const nlohmann::json list = {1, 2};
  const JsonValue copied = list;
  const JsonValue moved = nlohmann::json{{"a", 1.0}};
  EXPECT_EQ(copied, list);
  EXPECT_EQ(moved->dump(), R"({"a":1.0})");
  EXPECT_NE(copied, moved);
}

// The library makes a list of one item out of some initialisers.
TEST(JsonValue, GivesTheValueBackAsItIs) {
  const JsonValue value = nlohmann::json{{"a", nullptr}};
  const nlohmann::json direct(value);
  const nlohmann::json assigned = value;
  const nlohmann::json part = {{"part", value}};
  EXPECT_EQ(direct, value.get());
  EXPECT_EQ(assigned, value.get());
  EXPECT_EQ(part.dump(), R"({"part":{"a":null}})");
}

TEST(JsonValue, CopiesDoNotShareTheValue) {
  JsonValue first = nlohmann::json{{"a", 1}};
  JsonValue second = first;
  (*second)["a"] = 2;
  EXPECT_EQ(first->at("a"), 1);
  first = second;
  first->clear();
  EXPECT_EQ(second->at("a"), 2);
}

TEST(JsonValue, IsNullAfterItWasMovedFrom) {
  JsonValue first = nlohmann::json{{"a", 1}};
  const JsonValue second = std::move(first);
  EXPECT_TRUE(std::as_const(first)->is_null());
  EXPECT_EQ(second->at("a"), 1);
}

TEST(JsonValue, CanBeFilledWhenItIsNull) {
  JsonValue value;
  (*value)["a"]["b"] = true;
  EXPECT_EQ(value->dump(), R"({"a":{"b":true}})");
  value = nullptr;
  EXPECT_TRUE(value->is_null());
}

}  // namespace
}  // namespace dvx
