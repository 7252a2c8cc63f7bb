#include "core/execution/stage/each_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/formats/pipeline/each_paths.h"

namespace dvx {

namespace {

enum class Quotes { None, Single, Double };

// Follows the quotes of a shell command as it is read from left to right.
class QuoteTracker {
 public:
  Quotes now() const { return open_.back(); }

  void read(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (now() == Quotes::Single) {
        if (c == '\'') open_.pop_back();
      } else if (c == '\\') {
        ++i;
      } else if (c == '"') {
        toggle_double();
      } else if (c == '\'' && now() == Quotes::None) {
        open_.push_back(Quotes::Single);
      } else if (c == '$' && i + 1 < text.size() && text[i + 1] == '(') {
        open_.push_back(Quotes::None);  // quoting starts anew inside
        ++i;
      } else if (c == '(' && now() == Quotes::None) {
        open_.push_back(Quotes::None);
      } else if (c == ')' && now() == Quotes::None && open_.size() > 1) {
        open_.pop_back();
      }
    }
  }

 private:
  void toggle_double() {
    if (now() == Quotes::Double) {
      open_.pop_back();
    } else {
      open_.push_back(Quotes::Double);
    }
  }

  std::vector<Quotes> open_ = {Quotes::None};
};

std::string quoted(std::string_view word, Quotes quotes) {
  if (quotes == Quotes::None) return shell_quote(word);
  std::string text;
  for (const char c : word) {
    if (quotes == Quotes::Single) {
      text += c == '\'' ? "'\\''" : std::string(1, c);
    } else {
      if (std::string_view("\\\"$`").find(c) != std::string_view::npos) text += '\\';
      text += c;
    }
  }
  return text;
}

// As a command run in `wdir` reads it; never taken for an option.
std::string typed(const std::string& path, const std::string& wdir) {
  std::string text = path_from(path, wdir);
  return text.starts_with('-') ? "./" + text : text;
}

class CommandWriter {
 public:
  CommandWriter(std::span<const EachItem> items, const EachCommandContext& context)
      : items_(items), context_(context) {}

  std::string write(std::string_view command) {
    std::size_t from = 0;
    for (auto found = find_each_placeholder(command); found;
         found = find_each_placeholder(command, found->end)) {
      literal(command.substr(from, found->begin - from));
      if (found->is_escaped) {
        literal(fmt::format("{{{}}}", found->word));
      } else {
        put(found->word);
      }
      from = found->end;
    }
    literal(command.substr(from));
    return std::move(text_);
  }

 private:
  void literal(std::string_view text) {
    quotes_.read(text);
    text_ += text;
  }

  void put(std::string_view word) {
    if (word == "pairs") {
      text_ += quoted(context_.pairs_file, quotes_.now());
      return;
    }
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (i > 0) text_ += between();
      text_ += quoted(value(word, items_[i]), quotes_.now());
    }
  }

  // Quotes that were meant for one path hold each of several.
  std::string_view between() const {
    switch (quotes_.now()) {
      case Quotes::Single:
        return "' '";
      case Quotes::Double:
        return "\" \"";
      case Quotes::None:
        break;
    }
    return " ";
  }

  std::string value(std::string_view word, const EachItem& item) const {
    if (word == "in") return typed(item.in, context_.wdir);
    if (word == "out") return typed(item.out, context_.wdir);
    return each_word(word, item.in, context_.input_directory);
  }

  std::span<const EachItem> items_;
  const EachCommandContext& context_;
  QuoteTracker quotes_;
  std::string text_;
};

}  // namespace

std::string each_command(std::string_view command, std::span<const EachItem> items,
                         const EachCommandContext& context) {
  return CommandWriter(items, context).write(command);
}

std::size_t command_share(const std::vector<std::string>& commands, const EachItem& item) {
  std::size_t most = 0;
  for (const std::string& command : commands) {
    std::size_t share = 0;
    for (auto found = find_each_placeholder(command); found;
         found = find_each_placeholder(command, found->end)) {
      if (found->word == "in") share += item.in.size() + 8;
      if (found->word == "out") share += item.out.size() + 8;
    }
    most = std::max(most, share);
  }
  return most;
}

bool names_pairs(const std::vector<std::string>& commands) {
  return std::ranges::any_of(commands, [](const std::string& command) {
    for (auto found = find_each_placeholder(command); found;
         found = find_each_placeholder(command, found->end)) {
      if (found->word == "pairs" && !found->is_escaped) return true;
    }
    return false;
  });
}

std::string pairs_text(std::span<const EachItem> items, const std::string& wdir) {
  std::string text;
  for (const EachItem& item : items) {
    for (const std::string& path : {item.in, item.out}) {
      if (path.find_first_of("\t\n") == std::string::npos) continue;
      throw Error(ErrorKind::Config,
                  fmt::format("'{}' has a tab or a line feed in its name, which {{pairs}} cannot hold",
                              display_path(path)),
                  "rename it", path);
    }
    text += fmt::format("{}\t{}\n", path_from(item.in, wdir), path_from(item.out, wdir));
  }
  return text;
}

}  // namespace dvx
