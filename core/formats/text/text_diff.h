// The difference of two texts, as people read it.
#pragma once

#include <string>
#include <string_view>

namespace dvx {

// In unified form with three lines around each change, "a/<name>" and "b/<name>" as headings. "" for equal
// texts.
std::string unified_diff(std::string_view before, std::string_view after, const std::string& name);

}  // namespace dvx
