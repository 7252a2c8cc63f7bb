// A JsonValue holds one JSON value on the heap. It is used for members of structs that headers declare by
// value: it copies, moves and compares like the value itself, and `*value` and `value->` reach the value. It
// exists so that headers see only the names of the JSON library, since parsing the library costs each
// source file that includes it more than a second, and only the source files that look inside of a value
// have to pay for that.
//
// A JsonValue that was never set, or that was moved from, is null. Reading it as const changes nothing, so
// threads may share it. Access that may change it makes room for the value first.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>

#include <nlohmann/json_fwd.hpp>

namespace dvx {

class JsonValue {
 public:
  JsonValue() noexcept;
  JsonValue(std::nullptr_t) noexcept;
  // These take JSON and nothing that becomes JSON: of `{{"a", 1}}` it could not be told whether an object or
  // a list is meant.
  template <std::same_as<nlohmann::json> Json>
  JsonValue(const Json& value) : JsonValue(Copied{&value}) {}
  template <std::same_as<nlohmann::json> Json>
  JsonValue(Json&& value) : JsonValue(Moved{&value}) {}
  JsonValue(const JsonValue& other);
  JsonValue(JsonValue&& other) noexcept;
  JsonValue& operator=(const JsonValue& other);
  JsonValue& operator=(JsonValue&& other) noexcept;
  ~JsonValue();

  const nlohmann::json& get() const;
  operator const nlohmann::json&() const;

  const nlohmann::json& operator*() const;
  const nlohmann::json* operator->() const;
  nlohmann::json& operator*();
  nlohmann::json* operator->();

  friend bool operator==(const JsonValue& a, const JsonValue& b);
  friend bool operator==(const JsonValue& a, const nlohmann::json& b);

 private:
  struct Copied {
    const nlohmann::json* value;
  };
  struct Moved {
    nlohmann::json* value;
  };
  explicit JsonValue(Copied copied);
  explicit JsonValue(Moved moved);

  std::unique_ptr<nlohmann::json> value_;  // nullptr: the value is null
};

}  // namespace dvx
