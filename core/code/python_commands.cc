#include "core/code/python_commands.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/path.h"
#include "core/code/shell_words.h"

namespace dvx {

namespace {

constexpr int kMostNestedShells = 4;  // of `sh -c` in `sh -c`
constexpr char kUnknownPart = '\0';   // in a value: something that only the shell knows

bool is_python(std::string_view word) {
  std::string_view name = file_name(word);
  if (name.starts_with("python")) {
    name.remove_prefix(6);
  } else if (name.starts_with("pypy")) {
    name.remove_prefix(4);
  } else {
    return false;
  }
  return name.find_first_not_of("0123456789.tw") == std::string_view::npos;
}

bool is_shell(std::string_view word) {
  const std::string_view name = file_name(word);
  return name == "sh" || name == "bash" || name == "dash" || name == "zsh" || name == "ksh";
}

bool is_plain_character(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return is_letter || std::string_view("_ ./,:+@%=->").find(c) != std::string_view::npos;
}

// Most commands start nothing of the kind, and a look at their characters tells: one command of plain words,
// that starts no file by its path, and names neither Python, nor a script, nor a shell.
bool starts_no_python(std::string_view command) {
  const std::string_view first = command.substr(0, command.find(' '));
  return !first.empty() && first.find_first_of("/=>") == std::string_view::npos &&
         std::ranges::all_of(command, is_plain_character) && command.find("py") == std::string_view::npos &&
         command.find("sh") == std::string_view::npos;
}

// What a shell has when it reaches a command.
struct ShellState {
  std::string directory;
  std::map<std::string, std::string> variables;  // may hold kUnknownPart
};

class ProgramFinder {
 public:
  ProgramFinder(ShellState state, int depth) : state_(std::move(state)), depth_(depth) {}

  std::vector<PythonProgram> find(const std::string& command) {
    for (const ShellPart& part : read_shell_command(command)) {
      switch (part.kind) {
        case ShellPart::Kind::Open:
          outer_.push_back(state_);
          break;
        case ShellPart::Kind::Close:
          if (outer_.empty()) break;
          state_ = std::move(outer_.back());
          outer_.pop_back();
          break;
        case ShellPart::Kind::Command:
          take(part);
          break;
      }
    }
    return std::move(programs_);
  }

 private:
  // kUnknownPart stands for each piece that is not known.
  std::string value(const ShellWord& word, const ShellState& state) const {
    std::string text;
    for (const ShellPiece& piece : word) {
      if (piece.kind == ShellPiece::Kind::Text) text += piece.text;
      if (piece.kind == ShellPiece::Kind::Unknown) text += kUnknownPart;
      if (piece.kind == ShellPiece::Kind::Variable) text += variable(piece, state);
    }
    return text;
  }

  static std::string variable(const ShellPiece& piece, const ShellState& state) {
    if (piece.text == "PWD") return state.directory;
    const auto known = state.variables.find(piece.text);
    if (known != state.variables.end() && !(known->second.empty() && piece.otherwise)) return known->second;
    if (piece.otherwise) return *piece.otherwise;
    // Commands get a normalised environment, which has none of it.
    return piece.text == "PYTHONPATH" ? std::string() : std::string(1, kUnknownPart);
  }

  static bool is_known(const std::string& value) { return value.find(kUnknownPart) == std::string::npos; }

  void take(const ShellPart& part) {
    ShellState state = state_;
    for (const ShellAssignment& assignment : part.assignments)
      state.variables[assignment.name] = value(assignment.value, state);
    std::vector<std::string> words;
    for (const ShellWord& word : part.words) words.push_back(value(word, state));
    if (words.empty()) {
      state_ = std::move(state);
      return;
    }
    if (words[0] == "cd" && words.size() == 2) {
      if (is_known(words[1])) state_.directory = absolute_path(words[1], state_.directory);
      return;
    }
    if (words[0] == "export" || words[0] == "readonly") {
      for (const std::string& word : words) assign(word, state_);
      return;
    }
    program(words, part, std::move(state));
  }

  static bool assign(const std::string& word, ShellState& state) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos || equals == 0) return false;
    state.variables[word.substr(0, equals)] = word.substr(equals + 1);
    return true;
  }

  // The interpreter may stand behind other programs: `env A=b python3 x.py`, `uv run python x.py`.
  void program(const std::vector<std::string>& words, const ShellPart& part, ShellState state) {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (is_python(words[i])) return interpreter(words, i + 1, part, state);
      if (is_shell(words[i])) return shell(words, i + 1, state);
      assign(words[i], state);
    }
    scripts_among(words, 0, state, [&](std::string script) {
      PythonProgram found = start(PythonProgram::Kind::Script, std::move(script), state);
      found.is_certain = false;
      programs_.push_back(std::move(found));
    });
    // A script may be started by its own name.
    const bool is_file =
        words[0].find('/') != std::string::npos && is_known(words[0]) && !looks_like_script(words[0]);
    if (!is_file) return;
    PythonProgram found = start(PythonProgram::Kind::Script, absolute_path(words[0], state.directory), state);
    found.is_certain = false;
    programs_.push_back(std::move(found));
  }

  void shell(const std::vector<std::string>& words, std::size_t i, const ShellState& state) {
    for (; i < words.size() && words[i].starts_with("-"); ++i) {
      const bool is_command = !words[i].starts_with("--") && words[i].find('c') != std::string::npos;
      if (!is_command) continue;
      if (i + 1 < words.size() && depth_ < kMostNestedShells) {
        for (PythonProgram& found : ProgramFinder(state, depth_ + 1).find(words[i + 1]))
          programs_.push_back(std::move(found));
      }
      return;
    }
  }

  void interpreter(const std::vector<std::string>& words, std::size_t i, const ShellPart& part,
                   const ShellState& state) {
    PythonProgram found = start(PythonProgram::Kind::Script, {}, state);
    for (; i < words.size(); ++i) {
      const std::string& word = words[i];
      if (!word.starts_with("-") || word == "-") break;
      if (word.starts_with("--")) continue;
      const std::size_t letter = word.find_first_of("cmWX", 1);
      flags(word.substr(1, letter == std::string::npos ? letter : letter - 1), found);
      if (letter == std::string::npos) continue;
      const bool is_joined = letter + 1 < word.size();
      if (!is_joined) ++i;
      const std::string argument = is_joined ? word.substr(letter + 1) : i < words.size() ? words[i] : "";
      if (word[letter] == 'W' || word[letter] == 'X') continue;
      found.kind = word[letter] == 'm' ? PythonProgram::Kind::Module : PythonProgram::Kind::Code;
      found.text = argument;
      scripts_among(words, i + 1, state,
                    [&](std::string script) { found.other_scripts.push_back(std::move(script)); });
      if (is_known(argument) || found.kind == PythonProgram::Kind::Code)
        programs_.push_back(std::move(found));
      return;
    }
    if (i >= words.size() || words[i] == "-") {
      if (!part.input) return;
      found.kind = PythonProgram::Kind::Code;
      found.text = *part.input;
    } else {
      if (!is_known(words[i])) return;
      found.text = absolute_path(words[i], state.directory);
    }
    programs_.push_back(std::move(found));
  }

  // -P and -I leave the directory of the script out, -E and -I the variables.
  static void flags(std::string_view letters, PythonProgram& program) {
    if (letters.find_first_of("PI") != std::string_view::npos) program.looks_beside_itself = false;
    if (letters.find_first_of("EI") != std::string_view::npos) program.python_path.clear();
  }

  static bool looks_like_script(const std::string& word) { return is_known(word) && word.ends_with(".py"); }

  template <typename Take>
  static void scripts_among(const std::vector<std::string>& words, std::size_t i, const ShellState& state,
                            const Take& take) {
    for (; i < words.size(); ++i) {
      if (looks_like_script(words[i])) take(absolute_path(words[i], state.directory));
    }
  }

  PythonProgram start(PythonProgram::Kind kind, std::string text, const ShellState& state) const {
    PythonProgram program{.kind = kind, .text = std::move(text), .directory = state.directory};
    const auto safe = state.variables.find("PYTHONSAFEPATH");
    if (safe != state.variables.end() && !safe->second.empty()) program.looks_beside_itself = false;
    const auto variable = state.variables.find("PYTHONPATH");
    if (variable == state.variables.end() || variable->second.empty()) return program;
    std::string_view rest = variable->second;
    for (;;) {
      const std::string_view entry = rest.substr(0, rest.find(':'));
      if (entry.find(kUnknownPart) == std::string_view::npos)
        program.python_path.push_back(absolute_path(entry, state.directory));
      if (entry.size() == rest.size()) return program;
      rest.remove_prefix(entry.size() + 1);
    }
  }

  ShellState state_;
  const int depth_;
  std::vector<ShellState> outer_;
  std::vector<PythonProgram> programs_;
};

}  // namespace

std::vector<PythonProgram> find_python_programs(const std::vector<std::string>& commands,
                                                const std::string& directory,
                                                const std::map<std::string, std::string>& env) {
  std::vector<PythonProgram> programs;
  // A command that sets a variable or a directory for those behind it is of no use when none of them is left.
  if (std::ranges::all_of(commands, starts_no_python)) return programs;
  for (const std::string& command : commands) {
    for (PythonProgram& found : ProgramFinder({.directory = directory, .variables = env}, 0).find(command))
      programs.push_back(std::move(found));
  }
  return programs;
}

}  // namespace dvx
