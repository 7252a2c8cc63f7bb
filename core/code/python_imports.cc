#include "core/code/python_imports.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "core/formats/text/python_tokens.h"

namespace dvx {

namespace {

using Type = PythonToken::Type;

// One statement, from left to right. `import` is a keyword, so it means an import wherever it stands.
class StatementReader {
 public:
  StatementReader(const std::vector<PythonToken>& tokens, PythonSource& source)
      : tokens_(tokens), source_(source) {}

  void read() {
    if (is_name(0, "__all__")) source_.exports = strings_from(1);
    while (at_ < tokens_.size()) {
      const std::size_t here = at_++;
      if (is_name(here, "import")) {
        import_statement(here);
      } else if (is_name(here, "import_module") || is_name(here, "__import__")) {
        import_call();
      } else if (is_name(here, "path") && is_name(here - 2, "sys")) {
        search_path_call();
      }
    }
  }

 private:
  bool is(std::size_t i, Type type, std::string_view text) const {
    return i < tokens_.size() && tokens_[i].type == type && tokens_[i].text == text;
  }
  bool is_name(std::size_t i, std::string_view text) const { return is(i, Type::Name, text); }
  bool is_sign(std::size_t i, std::string_view text) const { return is(i, Type::Sign, text); }
  bool has(std::size_t i, Type type) const { return i < tokens_.size() && tokens_[i].type == type; }
  bool take_sign(std::string_view text) {
    const bool found = is_sign(at_, text);
    if (found) ++at_;
    return found;
  }

  std::vector<std::string> strings_from(std::size_t i) const {
    std::vector<std::string> found;
    for (; i < tokens_.size(); ++i) {
      if (has(i, Type::String)) found.push_back(tokens_[i].text);
    }
    return found;
  }

  void import_statement(std::size_t keyword) {
    if (const auto from = start_of_from(keyword)) {
      PythonImport import = dotted(*from, keyword);
      import.names = imported_names();
      if (import.level > 0 || !import.module.empty()) source_.imports.push_back(std::move(import));
      return;
    }
    do {
      const std::size_t first = at_;
      while (at_ < tokens_.size() && (is_sign(at_, ".") || is_module_name(at_))) ++at_;
      if (PythonImport import = dotted(first, at_); !import.module.empty())
        source_.imports.push_back(std::move(import));
      if (is_name(at_, "as")) at_ += 2;
    } while (take_sign(","));
  }

  // Of `from x.y import`: where x stands.
  std::optional<std::size_t> start_of_from(std::size_t keyword) const {
    for (std::size_t i = keyword; i > 0; --i) {
      if (is_name(i - 1, "from")) return i;
      if (!is_sign(i - 1, ".") && !is_module_name(i - 1)) break;
    }
    return std::nullopt;
  }

  bool is_module_name(std::size_t i) const {
    return has(i, Type::Name) && tokens_[i].text != "as" && tokens_[i].text != "import" &&
           tokens_[i].text != "from";
  }

  PythonImport dotted(std::size_t i, std::size_t end) const {
    PythonImport import;
    for (; i < end && is_sign(i, "."); ++i) ++import.level;
    for (; i < end; ++i) import.module += tokens_[i].text;
    return import;
  }

  std::vector<std::string> imported_names() {
    std::vector<std::string> names;
    take_sign("(");
    if (take_sign("*")) return {"*"};
    while (is_module_name(at_)) {
      names.push_back(tokens_[at_++].text);
      if (is_name(at_, "as")) at_ += 2;
      if (!take_sign(",")) break;
    }
    return names;
  }

  // import_module("a.b"), import_module(".b", package="a").
  void import_call() {
    if (!is_sign(at_, "(") || !has(at_ + 1, Type::String)) return;
    std::size_t i = at_ + 1;
    std::string name;
    for (; has(i, Type::String); ++i) name += tokens_[i].text;
    if (!is_sign(i, ")") && !is_sign(i, ",")) return;  // the text is worked on
    const std::size_t dots = std::min(name.find_first_not_of('.'), name.size());
    PythonImport import{.level = dots, .module = name.substr(dots), .names = {}};
    if (dots > 0 && is_sign(i, ",")) place_in_package(import, i + 1);
    if (!import.module.empty()) source_.imports.push_back(std::move(import));
  }

  void place_in_package(PythonImport& import, std::size_t i) const {
    if (is_name(i, "package") && is_sign(i + 1, "=")) i += 2;
    if (!has(i, Type::String)) return;  // __package__: the directory of the file
    std::string package = tokens_[i].text;
    for (; import.level > 1 && !package.empty(); --import.level)
      package.resize(package.find('.') == std::string::npos ? 0 : package.rfind('.'));
    import.level = 0;
    import.module = package.empty() ? import.module : package + "." + import.module;
  }

  // sys.path.append("x"), sys.path.insert(0, "x"), sys.path.extend(["x", "y"]).
  void search_path_call() {
    const bool adds = is_sign(at_, ".") && (is_name(at_ + 1, "append") || is_name(at_ + 1, "insert") ||
                                            is_name(at_ + 1, "extend"));
    if (!adds || !is_sign(at_ + 2, "(")) return;
    std::size_t i = at_ + 3;
    if (has(i, Type::Number) && is_sign(i + 1, ",")) i += 2;
    if (is_sign(i, "[") || is_sign(i, "(")) ++i;
    std::vector<std::string> paths;
    for (; has(i, Type::String); i += is_sign(i + 1, ",") ? 2 : 1) paths.push_back(tokens_[i].text);
    if (!is_sign(i, ")") && !is_sign(i, "]")) return;
    source_.search_paths.insert(source_.search_paths.end(), paths.begin(), paths.end());
  }

  const std::vector<PythonToken>& tokens_;
  PythonSource& source_;
  std::size_t at_ = 0;
};

// The encoding that one of the first two lines declares (PEP 263), in lower case, or "".
std::string declared_encoding(std::string_view text) {
  for (int line = 0; line < 2 && !text.empty(); ++line) {
    const std::string_view first = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), first.size() + 1));
    const std::size_t comment = first.find_first_not_of(" \t\f");
    if (comment == std::string_view::npos || first[comment] != '#') continue;
    std::size_t at = first.find("coding");
    if (at == std::string_view::npos || at + 6 >= first.size()) continue;
    at += 6;
    if (first[at] != ':' && first[at] != '=') continue;
    at = std::min(first.find_first_not_of(" \t", at + 1), first.size());
    std::string name;
    for (; at < first.size() && (std::isalnum(static_cast<unsigned char>(first[at])) != 0 ||
                                 std::string_view("-_.").find(first[at]) != std::string_view::npos);
         ++at)
      name += first[at] == '_' ? '-' : static_cast<char>(std::tolower(static_cast<unsigned char>(first[at])));
    return name;
  }
  return {};
}

std::string utf8_of_latin1(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      result += c;
    } else {
      result += static_cast<char>(0xC0U | (byte >> 6U));
      result += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return result;
}

}  // namespace

PythonSource read_python_source(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const std::string encoding = declared_encoding(text);
  std::string converted;  // names of modules are paths, which are UTF-8
  if (encoding.starts_with("latin-1") || encoding.starts_with("iso-8859-1") || encoding == "cp1252") {
    converted = utf8_of_latin1(text);
    text = converted;
  }
  PythonSource source;
  for (const PythonStatement& statement : read_python_statements(text, "", UnreadableText::PassOver))
    StatementReader(statement.tokens, source).read();
  return source;
}

}  // namespace dvx
