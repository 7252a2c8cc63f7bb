// What a Python file asks to be imported, read from its text. Nothing is run: an import counts wherever it
// stands (in a function, behind `try` or `if`), and a name that is only known at run time does not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dvx {

struct PythonImport {
  std::size_t level = 0;           // dots before the module: 0 is absolute, 1 the directory of the file
  std::string module;              // "a.b"; may be empty after dots
  std::vector<std::string> names;  // after `from … import`, each of which may be a module; "*" for all

  friend bool operator==(const PythonImport&, const PythonImport&) = default;
};

struct PythonSource {
  std::vector<PythonImport> imports;
  std::vector<std::string> exports;       // `__all__`: what `import *` means
  std::vector<std::string> search_paths;  // literals that are put into sys.path
};

// Of any bytes: what cannot be read is passed over, as is what imports a module under a computed name.
PythonSource read_python_source(std::string_view text);

}  // namespace dvx
