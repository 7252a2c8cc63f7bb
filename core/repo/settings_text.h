// Git's config syntax, read without git's library: that one reads the files that `include.path` names as
// well, and .dvx/config may have been written by a stranger. Here `include` is a section like any other. What
// is not known to dvx has no effect.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace dvx {

// A settings file larger than this is refused.
inline constexpr std::size_t kMostSettingsBytes = std::size_t{1} << 20;

// Values by key: "core.link", "remote.Origin.url"; section and name in lower case, the subsection as it is.
// The last of several values counts, a name without a value is "true". Throws Config with `name_for_errors`
// and the line.
std::map<std::string, std::string> parse_settings(std::string_view text, const std::string& name_for_errors);

}  // namespace dvx
