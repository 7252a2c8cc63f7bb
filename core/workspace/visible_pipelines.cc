#include "core/workspace/visible_pipelines.h"

#include <algorithm>

#include "base/path.h"
#include "core/workspace/ignore.h"
#include "core/workspace/project_files.h"

namespace dvx {

namespace {

// From the root down.
std::vector<std::string> directories_above(const std::string& file) {
  std::vector<std::string> directories;
  for (std::string at = parent_path(file); !at.empty(); at = parent_path(at)) directories.push_back(at);
  directories.emplace_back();
  std::ranges::reverse(directories);
  return directories;
}

bool is_of_another_project(const std::string& file, const ReadText& read) {
  for (std::string at = parent_path(file); !at.empty(); at = parent_path(at)) {
    if (read(join_path(at, ".dvx/config"))) return true;
  }
  return false;
}

}  // namespace

bool is_hidden_by_dvxignore(const std::string& file, const ReadText& read) {
  IgnoreRules rules;
  for (const std::string& directory : directories_above(file)) {
    if (!directory.empty() && rules.ignores(directory, PathKind::Directory)) return true;
    if (const auto text = read(join_path(directory, ".dvxignore"))) rules = rules.with(*text, directory);
  }
  return rules.ignores(file, PathKind::Other);
}

std::vector<std::string> visible_pipelines(std::vector<std::string> files, const ReadText& read) {
  std::erase_if(files, [&](const std::string& file) {
    return is_of_another_project(file, read) || is_hidden_by_dvxignore(file, read);
  });
  sort_pipeline_files(files);
  return files;
}

}  // namespace dvx
