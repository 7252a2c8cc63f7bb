// Sets of paths in which a directory stands for everything inside it. All paths are relative to one root.
#pragma once

#include <set>
#include <string>

namespace dvx {

using PathSet = std::set<std::string>;

// Says whether `path`, or a directory above it, is in the set. It makes one lookup for each component.
bool covers(const PathSet& paths, const std::string& path);
// Says whether anything beneath `directory`, other than the directory itself, is in the set. It makes one
// lookup.
bool has_inside(const PathSet& paths, const std::string& directory);

}  // namespace dvx
