// The shape of a foreign text, looked at before its parser is: how deep its brackets nest and how many values
// it may hold. One pass over the bytes without memory, because the parsers' own limits come after work that
// grows with the square of the depth, or after recursion that ends the process.
#pragma once

#include <string>
#include <string_view>

namespace dvx {

// Each throws Error{Config} "name: …" with the limit in it (base/limits.h).
void check_yaml_shape(std::string_view text, const std::string& name);
void check_toml_shape(std::string_view text, const std::string& name);
void check_size(std::string_view text, const std::string& name, std::size_t most, std::string_view format);

}  // namespace dvx
