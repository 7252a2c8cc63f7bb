// Any bytes are a Python file and a shell command: nothing is thrown, and what is found is words of the text.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/code/python_commands.h"
#include "core/code/python_imports.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  for (const dvx::PythonImport& import : dvx::read_python_source(text).imports) {
    if (import.level == 0 && import.module.empty()) std::abort();
  }
  for (const dvx::PythonProgram& program :
       dvx::find_python_programs({text}, "/project/src", {{"PYTHONPATH", "lib"}})) {
    if (!program.directory.starts_with("/")) std::abort();
    if (program.kind == dvx::PythonProgram::Kind::Script && !program.text.starts_with("/")) std::abort();
  }
  return 0;
}
