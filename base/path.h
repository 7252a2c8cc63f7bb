// Paths as bytes. dvx keeps repository paths relative to the root, with '/' and without '.' or '..'.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dvx {

std::string join_path(std::string_view directory, std::string_view name);  // join_path("", "x") is "x"
std::string parent_path(std::string_view path);     // "" when there is no '/', "/" for "/x"
std::string_view file_name(std::string_view path);  // after the last '/'
std::string_view extension(std::string_view path);  // ".csv", or ""

// Removes '.', '..' and doubled '/' by text alone. "a/../.." gives "..".
std::string normalize_path(std::string_view path);
std::string absolute_path(std::string_view path, std::string_view base);  // normalized; `base` is absolute

// `path` seen from `directory` (both absolute and normalized): "" when equal, nullopt when outside of it.
std::optional<std::string> path_beneath(std::string_view path, std::string_view directory);
bool is_beneath(std::string_view path, std::string_view directory);  // by text; equal counts

// `path` (relative to the root) as a user in `cwd` (relative to the root) would type it: "../data/x".
std::string path_from(std::string_view path, std::string_view cwd);

// For terminals and messages: display_text (base/display.h) of a path.
std::string display_path(std::string_view path);

}  // namespace dvx
