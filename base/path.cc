#include "base/path.h"

#include <vector>

#include "base/display.h"

namespace dvx {

namespace {
std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const auto slash = path.find('/');
    const auto part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.push_back(part);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return parts;
}

std::string join(const std::vector<std::string_view>& parts) {
  std::string out;
  for (const auto part : parts) {
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}
}  // namespace

std::string join_path(std::string_view directory, std::string_view name) {
  if (directory.empty()) return std::string(name);
  std::string out(directory);
  if (name.empty()) return out;
  if (out.back() != '/') out += '/';
  out += name;
  return out;
}

std::string parent_path(std::string_view path) {
  const auto slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return std::string(slash == 0 ? path.substr(0, 1) : path.substr(0, slash));
}

std::string_view file_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view extension(std::string_view path) {
  const auto name = file_name(path);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot == 0 ? std::string_view() : name.substr(dot);
}

std::string normalize_path(std::string_view path) {
  const bool absolute = path.starts_with('/');
  std::vector<std::string_view> kept;
  for (const auto part : split(path)) {
    if (part == ".." && !kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (part != ".." || !absolute) {
      kept.push_back(part);
    }
  }
  return absolute ? "/" + join(kept) : join(kept);
}

std::string absolute_path(std::string_view path, std::string_view base) {
  return normalize_path(path.starts_with('/') ? std::string(path) : join_path(base, path));
}

bool is_beneath(std::string_view path, std::string_view directory) {
  if (directory.empty() || directory == "/" || path == directory) return true;
  return path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/';
}

std::optional<std::string> path_beneath(std::string_view path, std::string_view directory) {
  if (!is_beneath(path, directory)) return std::nullopt;
  if (path == directory) return std::string();
  path.remove_prefix(directory.size());
  if (path.starts_with('/')) path.remove_prefix(1);
  return std::string(path);
}

std::string path_from(std::string_view path, std::string_view cwd) {
  const auto target = split(path);
  const auto from = split(cwd);
  std::size_t same = 0;
  while (same < target.size() && same < from.size() && target[same] == from[same]) ++same;
  std::vector<std::string_view> out(from.size() - same, "..");
  out.insert(out.end(), target.begin() + static_cast<std::ptrdiff_t>(same), target.end());
  return out.empty() ? "." : join(out);
}

std::string display_path(std::string_view path) {
  return display_text(path);
}

}  // namespace dvx
