// Shell patterns as git's ignore files have them (wildmatch): '*' and '?' stop at '/', '**' between slashes
// does not, '[a-z]', '[!x]' and '[[:alpha:]]' are sets, '\' takes the next character as it is. Bytes, no
// locale.
#pragma once

#include <string_view>

namespace dvx {

bool glob_matches(std::string_view pattern, std::string_view path);

}  // namespace dvx
