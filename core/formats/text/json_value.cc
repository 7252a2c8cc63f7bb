#include "core/formats/text/json_value.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace dvx {

JsonValue::JsonValue() noexcept = default;

JsonValue::JsonValue(std::nullptr_t) noexcept {}

JsonValue::JsonValue(Copied copied) : value_(std::make_unique<nlohmann::json>(*copied.value)) {}

JsonValue::JsonValue(Moved moved) : value_(std::make_unique<nlohmann::json>(std::move(*moved.value))) {}

JsonValue::JsonValue(const JsonValue& other)
    : value_(other.value_ ? std::make_unique<nlohmann::json>(*other.value_) : nullptr) {}

JsonValue::JsonValue(JsonValue&& other) noexcept = default;

JsonValue& JsonValue::operator=(const JsonValue& other) {
  return *this = JsonValue(other);
}

JsonValue& JsonValue::operator=(JsonValue&& other) noexcept = default;

JsonValue::~JsonValue() = default;

const nlohmann::json& JsonValue::get() const {
  static const nlohmann::json null;
  return value_ ? *value_ : null;
}

JsonValue::operator const nlohmann::json&() const {
  return get();
}

const nlohmann::json& JsonValue::operator*() const {
  return get();
}

const nlohmann::json* JsonValue::operator->() const {
  return &get();
}

nlohmann::json& JsonValue::operator*() {
  if (!value_) value_ = std::make_unique<nlohmann::json>();
  return *value_;
}

nlohmann::json* JsonValue::operator->() {
  return &**this;
}

bool operator==(const JsonValue& a, const JsonValue& b) {
  return a.get() == b.get();
}

bool operator==(const JsonValue& a, const nlohmann::json& b) {
  return a.get() == b;
}

}  // namespace dvx
