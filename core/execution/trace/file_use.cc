#include "core/execution/trace/file_use.h"

#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/file.h"
#include "base/file_time.h"
#include "base/path.h"

namespace dvx {

namespace {

// What stands in a directory sorts behind it, with names like "d-1" in between.
std::string first_inside(const std::string& directory) {
  return directory + "/";
}

bool belongs_to_others(const std::string& path) {
  const std::string_view top = std::string_view(path).substr(0, path.find('/'));
  return top == ".git" || top == ".dvx";
}

bool is_empty_directory(const std::map<std::string, bool>& written, const std::string& real) {
  const auto inside = written.lower_bound(first_inside(real));
  return inside == written.end() || !is_beneath(inside->first, real);
}

}  // namespace

FileUseLog::State& FileUseLog::state(const FilePath& path) {
  State& state = files_[path.real];
  if (path.named != path.real) state.names.insert(path.named);
  return state;
}

// Written by the command, or in a directory that it made or moved here.
bool FileUseLog::is_own(const std::string& real) const {
  if (!has_own_) return false;
  for (std::string path = real; path.size() > root_.size(); path = parent_path(path)) {
    const auto found = files_.find(path);
    if (found != files_.end() && (found->second.written || found->second.made)) return true;
  }
  return false;
}

void FileUseLog::read(const FilePath& path) {
  const bool own = is_own(path.real);
  State& file = state(path);
  if (!own) file.read = true;
}

void FileUseLog::list(const FilePath& path) {
  state(path).listed = true;
}

void FileUseLog::write(const FilePath& path) {
  has_own_ = true;
  state(path).written = true;
}

void FileUseLog::make_directory(const FilePath& path) {
  has_own_ = true;
  state(path).made = true;
}

void FileUseLog::remove(const FilePath& path) {
  const bool own = is_own(path.real);
  State& file = state(path);
  if (!own) file.removed = true;
  file.written = file.made = false;
}

// What the command wrote keeps being its own under the new name; what was there before was taken in.
void FileUseLog::rename(const FilePath& from, const FilePath& to) {
  const bool own = is_own(from.real);
  if (!own) state(from).read = true;
  has_own_ = true;
  remove(to);
  State& moved = state(to);
  moved.removed = false;  // replaced
  const auto source = files_.find(from.real);
  const bool was_made = source != files_.end() && source->second.made;
  (was_made ? moved.made : moved.written) = true;
  std::vector<std::pair<std::string, State>> inside;
  for (auto at = files_.lower_bound(first_inside(from.real));
       at != files_.end() && is_beneath(at->first, from.real); ++at) {
    if (!at->second.written && !at->second.made) continue;
    inside.emplace_back(to.real + at->first.substr(from.real.size()), State{});
    std::swap(inside.back().second.written, at->second.written);
    std::swap(inside.back().second.made, at->second.made);
  }
  for (auto& [real, change] : inside) {
    State& file = files_[real];
    file.written = change.written;
    file.made = change.made;
  }
  remove(from);
}

void FileUseLog::missing(const FilePath& path) {
  state(path).missing = true;
}

bool FileUseLog::is_written_now(const std::string& real, std::int64_t started_ns) const {
  const auto st = stat_if_exists(real);
  return st && std::max(to_ns(st->st_mtim), to_ns(st->st_ctim)) >= started_ns;
}

UsedPath FileUseLog::used(const std::string& real, const State& state) const {
  UsedPath used;
  const auto take = [&](const std::string& absolute) {
    const auto path = path_beneath(absolute, root_);
    if (path && !path->empty() && !belongs_to_others(*path) &&
        std::ranges::find(used.names, *path) == used.names.end())
      used.names.push_back(*path);
  };
  take(real);
  for (const std::string& name : state.names) take(name);
  return used;
}

FileUse FileUseLog::settle(std::int64_t started_ns) const {
  std::map<std::string, bool> written;  // by real path: and there still
  for (const auto& [real, state] : files_) {
    if (state.written && is_written_now(real, started_ns)) written[real] = true;
  }
  FileUse use;
  for (const auto& [real, state] : files_) {
    const UsedPath path = used(real, state);
    if (path.names.empty()) continue;
    const bool is_written = written.contains(real);
    if (state.read) use.read.push_back(path);
    if (state.listed && !state.read) use.listed.push_back(path);
    if (is_written) use.written.push_back(path);
    if (state.made && is_directory(real)) {
      use.made.push_back(path.path());
      if (!is_written && is_empty_directory(written, real)) use.written.push_back(path);
    }
    if (state.removed && !exists(real)) use.removed.push_back(path);
    if (state.missing && !is_written && !exists(real)) use.missing.push_back(path.path());
  }
  for (auto* list : {&use.read, &use.listed, &use.written, &use.removed}) std::ranges::sort(*list);
  std::ranges::sort(use.made);
  std::ranges::sort(use.missing);
  use.unseen.assign(unseen_.begin(), unseen_.end());
  return use;
}

}  // namespace dvx
