#include "core/execution/trace/file_path.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cstdlib>
#include <memory>

#include "base/path.h"

namespace dvx {

namespace {

constexpr std::size_t kAskedOneByOne = 16;  // names in a directory before it is listed

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) : std::string();
}

// nullopt where the file system does not tell.
std::optional<std::set<std::string, std::less<>>> links_in(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> listing(::opendir(directory.c_str()), &::closedir);
  if (!listing) return std::nullopt;
  std::set<std::string, std::less<>> links;
  while (const dirent* entry = ::readdir(listing.get())) {
    if (entry->d_type == DT_UNKNOWN) return std::nullopt;
    if (entry->d_type == DT_LNK) links.insert(entry->d_name);
  }
  return links;
}

std::string_view without_slashes(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return path;
}

// Most paths are normal, and looking is quicker than making them so.
std::string normalized(std::string_view path) {
  const bool is_normal =
      path.find("//") == std::string_view::npos && path.find("/.") == std::string_view::npos;
  return is_normal ? std::string(path) : normalize_path(path);
}

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return path.substr(0, slash == 0 ? 1 : slash);
}

bool has_no_name(std::string_view name) {
  return name.empty() || name == "." || name == "..";
}

}  // namespace

FilePathResolver::Directory& FilePathResolver::directory(std::string_view path) {
  if (last_ != nullptr && last_->first == path) return last_->second;
  const auto [at, is_new] = directories_.try_emplace(std::string(path));
  if (is_new) at->second.real = real_path(at->first);
  last_ = &*at;
  return at->second;
}

bool FilePathResolver::is_link(Directory& directory, std::string_view name) {
  if (++directory.asked == kAskedOneByOne) directory.links = links_in(directory.real);
  if (directory.links) return directory.links->contains(name);
  struct ::stat st {};
  return ::lstat(join_path(directory.real, name).c_str(), &st) == 0 && S_ISLNK(st.st_mode);
}

std::optional<FilePath> FilePathResolver::unless_outside(FilePath path) const {
  if (!is_beneath(path.named, root_) && !is_beneath(path.real, root_)) return std::nullopt;
  return path;
}

std::optional<FilePath> FilePathResolver::entry(std::string_view path) {
  path = without_slashes(path);
  const std::string_view name = file_name(path);
  if (has_no_name(name)) return file(path);
  FilePath found{normalized(path), {}};
  const Directory& around = directory(parent_of(path));
  found.real = around.real.empty() ? found.named : join_path(around.real, name);
  return unless_outside(std::move(found));
}

std::optional<FilePath> FilePathResolver::file(std::string_view path) {
  path = without_slashes(path);
  const std::string_view name = file_name(path);
  FilePath found{normalized(path), {}};
  if (has_no_name(name)) {
    found.real = real_path(std::string(path));
  } else {
    Directory& around = directory(parent_of(path));
    if (!around.real.empty()) {
      const bool follow = is_link(around, name);
      found.real = join_path(around.real, name);
      if (follow) found.real = real_path(found.real);
    }
  }
  if (found.real.empty()) found.real = found.named;
  return unless_outside(std::move(found));
}

}  // namespace dvx
