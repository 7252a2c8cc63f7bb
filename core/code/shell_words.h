// A shell command to the simple commands in it, as /bin/sh takes words apart. Nothing is run, and what only a
// shell can know (the output of a command, a pattern of files) is marked as such.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

struct ShellPiece {
  enum class Kind { Text, Variable, Unknown };
  Kind kind = Kind::Text;
  std::string text;                           // or the name of the variable
  std::optional<std::string> otherwise = {};  // of a variable: "${NAME:-otherwise}"
};

using ShellWord = std::vector<ShellPiece>;  // joined they are the word; empty for ''

struct ShellAssignment {
  std::string name;
  ShellWord value;
};

struct ShellPart {
  enum class Kind { Command, Open, Close };  // Open, Close: of a shell of its own, "( … )" or "$( … )"
  Kind kind = Kind::Command;
  std::vector<ShellAssignment> assignments = {};  // before the words
  std::vector<ShellWord> words = {};              // without redirections
  std::optional<std::string> input = {};          // the text of "<<END"
};

// In the order of the text. Of any bytes: what is no shell syntax is read as far as it goes.
std::vector<ShellPart> read_shell_command(std::string_view text);

}  // namespace dvx
