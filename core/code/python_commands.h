// Which Python programs the commands of a stage start, and where those look for modules. Read from the text
// of the commands alone; nothing is run and no disk is looked at.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace dvx {

struct PythonProgram {
  // Script: of a file (or a directory with __main__.py); Module: `-m name`; Code: `-c text`, or "<<END".
  enum class Kind { Script, Module, Code };
  Kind kind = Kind::Script;
  std::string text;        // absolute path, name of the module, or the code
  std::string directory;   // it is started in
  bool is_certain = true;  // false: a word that looks like a script, of a program that is not Python itself
  bool looks_beside_itself = true;  // the directory of the script, or the working directory, comes first
  std::vector<std::string> python_path = {};  // absolute directories, as PYTHONPATH has them
  std::vector<std::string> other_scripts =
      {};  // words after a module that look like scripts (`-m torch.run train.py`)
};

// `directory` is the absolute one that commands start in, `env` what the stage sets. Words that only a shell
// can know are passed over.
std::vector<PythonProgram> find_python_programs(const std::vector<std::string>& commands,
                                                const std::string& directory,
                                                const std::map<std::string, std::string>& env);

}  // namespace dvx
