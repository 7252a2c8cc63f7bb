#include "core/formats/text/text_diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace dvx {

namespace {

constexpr std::size_t kAround = 3;

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct Step {
  char kind;  // ' ', '-' or '+'
  std::string_view line;
};

// Myers, "An O(ND) difference algorithm" (1986): the furthest that each diagonal gets with ever more edits.
std::vector<Step> steps(const Lines& a, const Lines& b) {
  const auto n = static_cast<std::ptrdiff_t>(a.size()), m = static_cast<std::ptrdiff_t>(b.size());
  const std::ptrdiff_t middle = n + m + 1;
  std::vector<std::ptrdiff_t> furthest(static_cast<std::size_t>(2 * middle + 1), 0);
  const auto at = [middle](std::ptrdiff_t diagonal) { return static_cast<std::size_t>(middle + diagonal); };
  std::vector<std::vector<std::ptrdiff_t>> rounds;
  for (std::ptrdiff_t edits = 0; edits <= n + m; ++edits) {
    rounds.push_back(furthest);
    for (std::ptrdiff_t k = -edits; k <= edits; k += 2) {
      const bool down = k == -edits || (k != edits && furthest[at(k - 1)] < furthest[at(k + 1)]);
      std::ptrdiff_t x = down ? furthest[at(k + 1)] : furthest[at(k - 1)] + 1;
      while (x < n && x - k < m && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)]) ++x;
      furthest[at(k)] = x;
      if (x < n || x - k < m) continue;
      std::vector<Step> path;
      std::ptrdiff_t y = m;
      for (x = n; edits >= 0; --edits) {
        const auto& before = rounds[static_cast<std::size_t>(edits)];
        const std::ptrdiff_t now = x - y;
        const bool came_down = now == -edits || (now != edits && before[at(now - 1)] < before[at(now + 1)]);
        const std::ptrdiff_t from = came_down ? now + 1 : now - 1;
        const std::ptrdiff_t old_x = edits == 0 ? 0 : before[at(from)], old_y = edits == 0 ? 0 : old_x - from;
        while (x > old_x && y > old_y) path.push_back({' ', a[static_cast<std::size_t>(--x)]}), --y;
        if (edits > 0 && came_down) path.push_back({'+', b[static_cast<std::size_t>(--y)]});
        if (edits > 0 && !came_down) path.push_back({'-', a[static_cast<std::size_t>(--x)]});
      }
      std::ranges::reverse(path);
      return path;
    }
  }
  return {};
}

std::string hunk(const std::vector<Step>& path, std::size_t begin, std::size_t end, std::size_t old_line,
                 std::size_t new_line) {
  std::size_t old_count = 0, new_count = 0;
  std::string body;
  for (std::size_t i = begin; i < end; ++i) {
    if (path[i].kind != '+') ++old_count;
    if (path[i].kind != '-') ++new_count;
    body += fmt::format("{}{}", path[i].kind, path[i].line);
    if (!path[i].line.ends_with('\n')) body += "\n\\ No newline at end of file\n";
  }
  return fmt::format("@@ -{},{} +{},{} @@\n{}", old_count == 0 ? old_line - 1 : old_line, old_count,
                     new_count == 0 ? new_line - 1 : new_line, new_count, body);
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, const std::string& name) {
  if (before == after) return {};
  const Lines a = lines_of(before), b = lines_of(after);
  const std::vector<Step> path = steps(a, b);
  std::string text = fmt::format("--- a/{0}\n+++ b/{0}\n", name);
  std::size_t old_line = 1, new_line = 1;
  const auto pass = [&](std::size_t i) {
    if (path[i].kind != '+') ++old_line;
    if (path[i].kind != '-') ++new_line;
  };
  for (std::size_t i = 0; i < path.size();) {
    std::size_t change = i;
    while (change < path.size() && path[change].kind == ' ') ++change;
    if (change == path.size()) break;
    const std::size_t begin = change - std::min(change - i, kAround);
    std::size_t end = change, last = change;  // `last`: behind the last change of this hunk
    for (; end < path.size() && end < last + 2 * kAround; ++end) {
      if (path[end].kind != ' ') last = end + 1;
    }
    end = std::min(path.size(), last + kAround);
    while (i < begin) pass(i++);
    text += hunk(path, begin, end, old_line, new_line);
    while (i < end) pass(i++);
  }
  return text;
}

}  // namespace dvx
