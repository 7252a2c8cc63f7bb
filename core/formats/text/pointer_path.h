// Names of pointer files: beside the tracked path `x` lies `x.dvx`.
#pragma once

#include <string>
#include <string_view>

namespace dvx {

std::string pointer_path_of(const std::string& data_path);
// Whether the name ends in ".dvx" and is more than that.
bool is_pointer_path(std::string_view path);
// The path of the data, which is that of its pointer file without ".dvx".
std::string data_path_of(const std::string& pointer_path);

}  // namespace dvx
