#include "core/formats/text/merge_conflict.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/display.h"
#include "base/path.h"
#include "core/formats/text/pointer_path.h"

namespace dvx {

namespace {

constexpr std::size_t kMarkLength = 7;

// The mark of a line that consists of one character seven times, alone or with a word behind it; else 0.
char mark_of(std::string_view line) {
  if (line.size() < kMarkLength) return 0;
  const char mark = line.front();
  if (mark != '<' && mark != '|' && mark != '=' && mark != '>') return 0;
  const std::string_view head = line.substr(0, kMarkLength);
  if (head.find_first_not_of(mark) != std::string_view::npos) return 0;
  return line.size() == kMarkLength || line[kMarkLength] == ' ' || line[kMarkLength] == '\r' ? mark : 0;
}

std::string label_of(std::string_view line) {
  line.remove_prefix(std::min(line.size(), kMarkLength + 1));
  while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  return std::string(line);
}

// Takes one line, without its end, off the front.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string hint_for(const std::string& name) {
  const std::string quoted = paste_quote(name);
  if (is_pointer_path(name)) {
    return fmt::format("dvx add {}   (when the data is as it shall be)", paste_quote(data_path_of(name)));
  }
  if (file_name(name) == "dvx.lock") return fmt::format("git checkout --theirs -- {} && dvx repro", quoted);
  return fmt::format("git add {}   (when you have edited it)", quoted);
}

}  // namespace

std::optional<MergeConflict> find_merge_conflict(std::string_view text) {
  if (text.find("<<<<<<<") == std::string_view::npos) return std::nullopt;
  MergeConflict conflict;
  bool begun = false, parted = false;
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = take_line(rest);
    const char mark = mark_of(line);
    if (mark == '<' && !begun) {
      begun = true;
      conflict.line = number;
      conflict.ours = label_of(line);
    } else if (mark == '=' && begun) {
      parted = true;
    } else if (mark == '>' && parted) {
      conflict.theirs = label_of(line);
      return conflict;
    }
  }
  if (!begun) return std::nullopt;
  return conflict;  // somebody began to edit it: the marks that are left still stand for one
}

std::string our_side_of(std::string_view text) {
  enum class Side { Both, Ours, Other } side = Side::Both;
  std::string ours;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view before = rest;
    const char mark = mark_of(take_line(rest));
    if (mark == '<' && side == Side::Both) {
      side = Side::Ours;
    } else if ((mark == '|' || mark == '=') && side != Side::Both) {
      side = Side::Other;
    } else if (mark == '>' && side == Side::Other) {
      side = Side::Both;
    } else if (side != Side::Other) {
      ours += before.substr(0, before.size() - rest.size());
    }
  }
  return ours;
}

Error merge_conflict_error(const MergeConflict& conflict, const std::string& name) {
  const auto shown = [](const std::string& side) {
    return side.empty() ? "another version" : display_path(side);
  };
  return {ErrorKind::Config,
          fmt::format("{}:{}: this file has a merge conflict, between '{}' and '{}'", display_path(name),
                      conflict.line, shown(conflict.ours), shown(conflict.theirs)),
          hint_for(name), name};
}

void refuse_merge_conflict(std::string_view text, const std::string& name) {
  if (const auto conflict = find_merge_conflict(text)) throw merge_conflict_error(*conflict, name);
}

}  // namespace dvx
