// Sets of paths that stand for what is in them. Relative to one root, as all paths in them.
#pragma once

#include <set>
#include <string>

namespace dvx {

using PathSet = std::set<std::string>;

// `path` is in the set, or in a directory that is. By as many lookups as it has components.
bool covers(const PathSet& paths, const std::string& path);
// Something beneath `directory`, other than itself, is in the set. By one lookup.
bool has_inside(const PathSet& paths, const std::string& directory);

}  // namespace dvx
