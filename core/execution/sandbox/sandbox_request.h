// What is sandboxed, and with what: values, from whoever runs commands.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace dvx {

struct SandboxOutput {
  std::string path;      // from the root
  bool persist = false;  // what is there is seen, and stays when the command fails
};

enum class Gpus { Hidden, Visible };

// What the commands see of a repository. Paths are from its root, those of inputs exist.
struct SandboxRequest {
  std::string root;                 // absolute
  std::string shown_root;           // absolute: where the commands find it
  std::string wdir;                 // that they run in
  std::vector<std::string> inputs;  // files and directories
  std::vector<SandboxOutput> outputs;
  std::vector<std::string> objects;  // absolute: files that links in inputs lead to
  Gpus gpus = Gpus::Hidden;
};

// What belongs to the machine and not to the stage.
struct SandboxMachine {
  std::string bubblewrap;                // the program, absolute
  std::string path, home;                // PATH and HOME as dvx got them
  std::vector<std::string> extra_paths;  // absolute, shown as they are: `sandbox.paths`
};

}  // namespace dvx
