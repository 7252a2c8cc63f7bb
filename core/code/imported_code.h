// Code that a stage uses and does not name: the Python scripts in its commands and dependencies, and the
// modules of the project that those import, one after the other. Found by reading the files as they are now;
// each is read once.
//
// Reads only. What cannot be read counts as a file without imports. Single-threaded.
#pragma once

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/code/python_commands.h"
#include "core/code/python_imports.h"
#include "core/code/python_modules.h"
#include "core/formats/pipeline/pipeline_file.h"

namespace dvx {

struct StageImports {
  std::vector<std::string> files;  // from the root, sorted; not those that the stage names itself
  std::vector<std::string>
      awaited;  // outputs of stages that are not there yet and may be, or hold, more of them
};

class ImportedCode {
 public:
  explicit ImportedCode(const std::string& root) : root_(root), modules_(root) {}

  // All stages there are: what they make may be imported.
  void expect_outputs_of(const std::vector<Stage>& stages);
  const StageImports& of(const Stage& stage);
  // Something at or below the path was written.
  void forget(const std::string& path);

 private:
  struct Closure {
    std::set<std::string> files, awaited;
    std::vector<std::string> search;  // directories from the root
  };

  std::vector<PythonProgram> programs_of(const Stage& stage) const;
  const Closure& closure(const PythonProgram& program);
  void start(const PythonProgram& program, Closure& into);
  void start_script(const PythonProgram& program, Closure& into);
  void start_module(const PythonProgram& program, Closure& into);
  bool starts_python(const std::string& script);
  std::string directory_of_script(const std::string& script) const;
  void set_search(const PythonProgram& program, const std::string& beside, Closure& into) const;
  void follow(std::vector<std::string> files, const std::string& directory, Closure& into);
  void follow_source(const PythonSource& source, const std::string& beside, Closure& into,
                     std::vector<std::string>& open);
  void follow_import(const PythonImport& import, const std::string& beside, Closure& into,
                     std::vector<std::string>& open);
  void take(const PythonModule& module, Closure& into, std::vector<std::string>& open);
  const PythonSource& source(const std::string& file);

  std::string root_;
  PythonModules modules_;
  std::map<std::string, PythonSource> sources_;           // by path
  std::map<std::string, Closure> closures_;               // by what is started, and how
  std::unordered_map<std::string, StageImports> stages_;  // by name
};

}  // namespace dvx
