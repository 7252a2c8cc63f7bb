// Where damaged files of a store are kept: `quarantine/`. Nothing there is ever deleted.
#pragma once

#include <string>

namespace dvx {

// A second name for `file` (a path in the store), or a copy where there can be none, durable on return: the
// path of the new one in the store. The caller takes the first away.
std::string link_to_quarantine(const std::string& store_directory, const std::string& file);

// Moves it there; "" when it is gone.
std::string move_to_quarantine(const std::string& store_directory, const std::string& file);

}  // namespace dvx
