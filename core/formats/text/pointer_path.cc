#include "core/formats/text/pointer_path.h"

namespace dvx {

namespace {

constexpr std::string_view kSuffix = ".dvx";

}  // namespace

std::string pointer_path_of(const std::string& data_path) {
  return data_path + std::string(kSuffix);
}

bool is_pointer_path(std::string_view path) {
  const auto slash = path.rfind('/');
  const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
  return name.size() > kSuffix.size() && name.ends_with(kSuffix);
}

std::string data_path_of(const std::string& pointer_path) {
  return pointer_path.substr(0, pointer_path.size() - kSuffix.size());
}

}  // namespace dvx
