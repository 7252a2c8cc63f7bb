// '~' at the beginning of a path that somebody wrote into a settings file, where no shell expands it.
#pragma once

#include <string>
#include <string_view>

#include "core/repo/repository.h"

namespace dvx {

// "~" is the home directory, "~/x" lies in it; other paths come back as they are ("./~" too). `meaning` names
// what the path is for, in errors: Config for "~user/x", which only a shell understands, and where HOME is
// not set.
std::string resolve_home(std::string_view path, const Surroundings& surroundings, std::string_view meaning);

}  // namespace dvx
