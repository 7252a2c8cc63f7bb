// Python text to statements and tokens: strings, comments, brackets and joined lines as Python has them.
// Nothing is run, and no grammar is known beyond that.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

struct PythonToken {
  enum class Type { Name, Number, String, Bytes, Sign };  // Bytes: f-strings too; Sign: operator or bracket
  Type type = Type::Sign;
  std::string text;  // of a string its value
};

// A statement without its line ends, and how far it is indented. What follows a colon on the same line is
// part of it.
struct PythonStatement {
  std::size_t indent = 0, line = 1;
  std::vector<PythonToken> tokens;
};

// PassOver: strings that are not closed end with their line, brackets without a partner are signs like
// others.
enum class UnreadableText { Refuse, PassOver };

// `text` without a byte order mark. Error{Config} with line for what Python cannot read either, unless that
// is passed over.
std::vector<PythonStatement> read_python_statements(std::string_view text, const std::string& path,
                                                    UnreadableText unreadable = UnreadableText::Refuse);

}  // namespace dvx
