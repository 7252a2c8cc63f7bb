// Functions on paths, which are treated as bytes. dvx keeps repository paths relative to the root, with '/'
// as separator and without '.' or '..'.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace dvx {

// join_path("", "x") is "x".
std::string join_path(std::string_view directory, std::string_view name);
// Returns "" when there is no '/', and "/" for "/x".
std::string parent_path(std::string_view path);
// Returns the part after the last '/'.
std::string_view file_name(std::string_view path);
// Returns ".csv" or the like, or "" when there is none.
std::string_view extension(std::string_view path);

// Removes '.', '..' and doubled '/' by looking at the text alone. "a/../.." gives "..".
std::string normalize_path(std::string_view path);
// Returns a normalized path. `base` must be absolute.
std::string absolute_path(std::string_view path, std::string_view base);

// Returns `path` relative to `directory`, both absolute and normalized: "" when they are equal, nullopt when
// `path` is outside.
std::optional<std::string> path_beneath(std::string_view path, std::string_view directory);
// Compares text only. A path is beneath itself.
bool is_beneath(std::string_view path, std::string_view directory);

// Returns `path` as a user in `cwd` would type it: "../data/x". Both are relative to the root.
std::string path_from(std::string_view path, std::string_view cwd);

// Applies display_text() (base/display.h) to a path, for terminals and messages.
std::string display_path(std::string_view path);

}  // namespace dvx
