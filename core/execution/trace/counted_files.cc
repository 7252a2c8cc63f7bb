#include "core/execution/trace/counted_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

constexpr std::string_view kCompiled = "__pycache__";

bool is_our_file(std::string_view name) {
  constexpr std::string_view kNames[] = {"dvx.yaml",   "dvx.lock",       ".dvxignore",
                                         ".gitignore", ".gitattributes", ".gitmodules"};
  return std::ranges::find(kNames, name) != std::end(kNames) || (name.size() > 4 && name.ends_with(".dvx"));
}

bool is_private_directory(std::string_view name) {
  constexpr std::string_view kNames[] = {kCompiled, "node_modules", ".ipynb_checkpoints", ".git", ".dvx"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

// Of venv and of conda.
bool is_environment(const std::string& directory) {
  return exists(join_path(directory, "pyvenv.cfg")) || exists(join_path(directory, "conda-meta"));
}

}  // namespace

std::string source_of(const std::string& path) {
  const std::string directory = parent_path(path);
  if (file_name(directory) != kCompiled || !path.ends_with(".pyc")) return path;
  const std::string_view name = file_name(path);
  return join_path(parent_path(directory), std::string(name.substr(0, name.find('.'))) + ".py");
}

const IgnoreRules& CountedFiles::rules(const std::string& directory) {
  const auto found = rules_.find(directory);
  if (found != rules_.end()) return found->second;
  return rules_.emplace(directory, load_ignore_rules(root_, directory, ".dvxignore")).first->second;
}

bool CountedFiles::is_left_out(const std::string& directory) {
  if (directory.empty()) return false;
  const auto found = left_out_.find(directory);
  if (found != left_out_.end()) return found->second;
  const std::string parent = parent_path(directory);
  const bool left_out = is_left_out(parent) || is_private_directory(file_name(directory)) ||
                        is_environment(join_path(root_, directory)) ||
                        rules(parent).ignores(directory, PathKind::Directory);
  return left_out_[directory] = left_out;
}

bool CountedFiles::counts(const std::string& path) {
  const std::string parent = parent_path(path);
  return !is_our_file(file_name(path)) && !is_private_directory(file_name(path)) && !is_left_out(parent) &&
         !rules(parent).ignores(path, PathKind::Other);
}

bool CountedFiles::is_directory(const std::string& path) const {
  return dvx::is_directory(join_path(root_, path));
}

std::size_t CountedFiles::files_in(const std::string& directory, std::size_t enough) {
  std::size_t count = 0;
  std::error_code error;
  for (std::filesystem::directory_iterator at(join_path(root_, directory), error), end;
       !error && at != end && count <= enough; at.increment(error)) {
    const std::string path = join_path(directory, at->path().filename().native());
    std::error_code unknown;
    if (!at->is_symlink(unknown) && at->is_directory(unknown)) {
      if (!is_left_out(path)) count += files_in(path, enough - count);
    } else if (counts(path)) {
      ++count;
    }
  }
  return count;
}

}  // namespace dvx
