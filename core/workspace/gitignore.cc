#include "core/workspace/gitignore.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <map>
#include <set>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/repo/work_tree_file.h"
#include "core/workspace/git_ignore_rules.h"

namespace dvx {

namespace {

struct Line {
  std::string_view text;           // without what ends it
  std::size_t begin = 0, end = 0;  // with it
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  const std::size_t first = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  for (std::size_t begin = first; begin < text.size(); begin = lines.back().end) {
    const std::size_t feed = text.find('\n', begin);
    const std::size_t end = feed == std::string_view::npos ? text.size() : feed + 1;
    std::string_view line = text.substr(begin, end - begin);
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back({line, begin, end});
  }
  return lines;
}

// By the rules that every clone has. A rule for directories alone covers nothing that is not there yet.
bool is_covered(Repository& repository, const std::string& path) {
  const PathKind kind = is_directory(repository.path(path)) ? PathKind::Directory : PathKind::Other;
  return GitIgnoreRules::tracked(repository, parent_path(path)).covers(path, kind);
}

std::string gitignore_of(const std::string& path) {
  return join_path(parent_path(path), ".gitignore");
}

}  // namespace

std::string gitignore_line(std::string_view name) {
  std::string line = "/";
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    const bool last_space = c == ' ' && name.find_first_not_of(' ', i) == std::string_view::npos;
    if (c == '*' || c == '?' || c == '[' || c == '\\' || last_space) line += '\\';
    // No pattern holds a line break; the wildcard stands for it.
    line += c == '\n' || c == '\r' ? '?' : c;
  }
  return line;
}

std::optional<std::string> ignore_in_git(Repository& repository, const std::string& path) {
  auto changed = ignore_in_git(repository, std::vector<std::string>{path});
  if (changed.empty()) return std::nullopt;
  return std::move(changed.front());
}

std::vector<std::string> ignore_in_git(Repository& repository, const std::vector<std::string>& paths) {
  std::map<std::string, std::vector<std::string>> lines;  // of each .gitignore
  for (const std::string& path : paths) {
    if (!is_covered(repository, path)) lines[gitignore_of(path)].push_back(gitignore_line(file_name(path)));
  }
  std::vector<std::string> changed;
  for (const auto& [file, wanted] : lines) {
    std::string text = read_file_if_exists(repository.path(file)).value_or("");
    std::set<std::string, std::less<>> present;
    for (const Line& line : lines_of(text)) present.emplace(line.text);
    const std::size_t before = text.size();
    for (const std::string& line : wanted) {
      if (!present.insert(line).second) continue;
      if (!text.empty() && !text.ends_with('\n')) text += '\n';
      text += line + '\n';
    }
    if (text.size() == before) continue;
    write_work_tree_file(repository, file, text);
    changed.push_back(file);
  }
  return changed;
}

std::optional<std::string> unignore_in_git(Repository& repository, const std::string& path) {
  const std::string file = gitignore_of(path);
  auto text = read_file_if_exists(repository.path(file));
  if (!text) return std::nullopt;
  const std::vector<Line> lines = lines_of(*text);
  const auto line = std::ranges::find(lines, gitignore_line(file_name(path)), &Line::text);
  if (line == lines.end()) return std::nullopt;
  text->erase(line->begin, line->end - line->begin);
  if (!text->empty()) {
    write_work_tree_file(repository, file, *text);
  } else if (beneath::remove_file(repository.path(file)) != 0 && errno != ENOENT) {
    throw system_error("remove", file);
  }
  return file;
}

}  // namespace dvx
