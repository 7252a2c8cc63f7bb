#include "base/boot_id.h"

#include <algorithm>

#include "base/error.h"
#include "base/file.h"

namespace dvx {

namespace {

bool is_named_by(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
}

}  // namespace

std::string boot_id(const std::string& file) {
  try {
    std::string id = read_file(file);
    if (id.ends_with('\n')) id.pop_back();
    return std::ranges::all_of(id, is_named_by) ? id : std::string();
  } catch (const Error&) {
    return {};
  }
}

}  // namespace dvx
