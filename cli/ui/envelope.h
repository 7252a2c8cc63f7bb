// Makes the one JSON document that --json prints (docs/json.md).
#pragma once

#include <string>

#include "cli/command.h"

namespace dvx {

// {"dvx":1,"command":…,"ok":…,"exit":…,"data":{…},"warnings":[…],"errors":[{"code","message","hint","path"}…]}
// with a line feed. Bytes that are not UTF-8 are replaced by U+FFFD; characters that a terminal would obey
// are escaped.
std::string envelope(const std::string& command, const Outcome& outcome);

}  // namespace dvx
