#include "objects/model/inner_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "objects/model/tree.h"

namespace dvx {

std::optional<std::string> refused_path(std::string_view path) {
  if (path.empty()) return "it is empty";
  if (path.front() == '/') return "it is not relative to the root of the repository";
  if (path.size() > kLongestInnerPath) return fmt::format("it is longer than {} bytes", kLongestInnerPath);
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view name = path.substr(begin, end - begin);
    if (const auto reason = refused_entry_name(name)) {
      return name.size() == path.size()
                 ? *reason
                 : fmt::format("its part '{}' is bad: {}", display_path(name), *reason);
    }
    begin = end + 1;
  }
  return std::nullopt;
}

// The names come from is_git_directory() in git's setup.c.
bool GitDirectorySigns::note(std::string_view name) {
  constexpr std::string_view kSigns[] = {"head", "objects", "refs"};
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  unsigned bit = 1;
  for (const std::string_view sign : kSigns) {
    if (std::ranges::equal(name, sign, {}, lower)) {
      found_ |= bit;
      return true;
    }
    bit <<= 1;
  }
  return false;
}

}  // namespace dvx
