#include "core/workspace/glob.h"

#include <cstddef>

namespace dvx {

namespace {

// No match here; or, stronger, none however much more the '*' before takes. The latter keeps '*' linear: it
// is what a literal part that ran past the end of the path reports.
// A '*' that reached the end of its component in vain tells those before it in the same component that they
// need not try either; only a "**" before may begin elsewhere.
enum class Verdict { Match, NoMatch, GiveUpComponent, GiveUp };

bool in_class(std::string_view name, char c) {
  const bool lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z', digit = c >= '0' && c <= '9';
  const bool space = c == ' ' || (c >= '\t' && c <= '\r');
  const bool graph = c > ' ' && c < 0x7f;
  if (name == "alpha") return lower || upper;
  if (name == "digit") return digit;
  if (name == "alnum") return lower || upper || digit;
  if (name == "lower") return lower;
  if (name == "upper") return upper;
  if (name == "space") return space;
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "punct") return graph && !(lower || upper || digit);
  if (name == "graph") return graph;
  if (name == "print") return graph || c == ' ';
  if (name == "cntrl") return (c >= 0 && c < ' ') || c == 0x7f;
  if (name == "xdigit") return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  return false;
}

// Matches `c` with the set that begins at pattern[at] == '['; leaves `at` behind its ']'. npos when it never
// ends.
struct SetMatch {
  bool matches = false;
  std::size_t end = std::string_view::npos;
};

SetMatch match_set(std::string_view pattern, std::size_t at, char c) {
  SetMatch result;
  std::size_t i = at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  const auto byte = static_cast<unsigned char>(c);
  for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    if (pattern.substr(i).starts_with("[:")) {
      const std::size_t close = pattern.find(":]", i + 2);
      if (close != std::string_view::npos) {
        result.matches |= in_class(pattern.substr(i + 2, close - i - 2), c);
        i = close + 2;
        continue;
      }
    }
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const auto low = static_cast<unsigned char>(pattern[i++]);
    auto high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      if (pattern[++i] == '\\' && i + 1 < pattern.size()) ++i;
      high = static_cast<unsigned char>(pattern[i++]);
    }
    result.matches |= low <= byte && byte <= high;
  }
  if (i >= pattern.size()) return {};
  result.end = i + 1;
  if (negated) result.matches = !result.matches;
  if (c == '/') result.matches = false;
  return result;
}

Verdict match(std::string_view pattern, std::string_view path);

// "**/" stands for no or any directories; a final "**" for everything below.
Verdict match_directories(std::string_view rest, std::string_view path) {
  if (rest.empty()) return Verdict::Match;
  rest.remove_prefix(1);  // the '/'
  for (;;) {
    const Verdict verdict = match(rest, path);
    if (verdict == Verdict::Match || verdict == Verdict::GiveUp) return verdict;
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return Verdict::GiveUp;
    path.remove_prefix(slash + 1);
  }
}

Verdict match_star(std::string_view rest, std::string_view path) {
  for (;;) {
    const Verdict verdict = match(rest, path);
    if (verdict != Verdict::NoMatch) return verdict;
    if (path.empty()) return Verdict::GiveUp;
    if (path[0] == '/') return Verdict::GiveUpComponent;
    path.remove_prefix(1);
  }
}

Verdict match(std::string_view pattern, std::string_view path) {
  bool at_start = true;  // of a component, where "**" is special
  while (!pattern.empty()) {
    if (at_start && pattern.starts_with("**") && (pattern.size() == 2 || pattern[2] == '/')) {
      return match_directories(pattern.substr(2), path);
    }
    if (pattern[0] == '*') {
      const std::size_t rest = pattern.find_first_not_of('*');
      return match_star(rest == std::string_view::npos ? std::string_view() : pattern.substr(rest), path);
    }
    if (path.empty()) return Verdict::GiveUp;
    const char c = path[0];
    std::size_t used = 1;
    if (pattern[0] == '?') {
      if (c == '/') return Verdict::NoMatch;
    } else if (pattern[0] == '[') {
      const SetMatch set = match_set(pattern, 0, c);
      if (set.end == std::string_view::npos || !set.matches) return Verdict::NoMatch;
      used = set.end;
    } else {
      if (pattern[0] == '\\' && pattern.size() > 1) used = 2;
      if (pattern[used - 1] != c) return Verdict::NoMatch;
    }
    at_start = c == '/';
    pattern.remove_prefix(used);
    path.remove_prefix(1);
  }
  return path.empty() ? Verdict::Match : Verdict::NoMatch;
}

}  // namespace

bool glob_matches(std::string_view pattern, std::string_view path) {
  return match(pattern, path) == Verdict::Match;
}

}  // namespace dvx
