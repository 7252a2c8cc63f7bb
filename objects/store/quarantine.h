// The directory `quarantine/` of a store, which keeps damaged files. Nothing in it is ever deleted.
#pragma once

#include <string>

namespace dvx {

// Gives `file` (a path in the store) a second name in the quarantine, or makes a copy where that is
// impossible. The new file is durable on return. Returns its path in the store. The caller removes the old
// file.
std::string link_to_quarantine(const std::string& store_directory, const std::string& file);

// Moves the file to the quarantine and returns its new path, or "" when the file is gone.
std::string move_to_quarantine(const std::string& store_directory, const std::string& file);

}  // namespace dvx
