// A directory in which commands run apart from the rest of the machine, by bubblewrap
// (docs/pipelines-reference.md, "sandbox").
//
// Inputs are seen where they are, read-only. Outputs are made in a directory of the sandbox that is laid out
// like the repository, on the same file system, and put into their places by take_outputs(); so a command
// that fails, or a crash, changes nothing outside. Only a directory that persists is written where it is.
// Dropped, it is removed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "core/execution/sandbox/sandbox_request.h"

namespace dvx {

enum class Take { Everything, Persisting };

// What take_outputs() found.
struct SandboxYield {
  std::string missing;            // an output that was not made; then nothing was taken
  std::string wrong;              // an output that cannot be taken, in words; then nothing was taken
  std::vector<std::string> left;  // files that were written and are no outputs, from the root; the first few
  std::size_t left_count = 0;
};

class Sandbox {
 public:
  // `temporary_directory` is on the file system of the request's root. Error{Config} for what cannot be
  // shown.
  Sandbox(SandboxRequest request, SandboxMachine machine, const std::string& temporary_directory);

  // Put before the words of a command, and started in directory().
  std::vector<std::string> launcher() const;
  const std::string& directory() const { return place_.path(); }
  // A signal to the command and what it started. Whether there was one.
  bool tell(int signal) const;
  // Whether the last command was started at all.
  bool was_entered() const;

  // When nothing runs any more.
  SandboxYield take_outputs(Take what);

  const SandboxRequest& request() const { return request_; }

 private:
  std::string staged(const std::string& path) const;
  void lay_out();
  void bring_persisting();
  void write_settings() const;
  std::string why_not(const SandboxOutput& output) const;
  void find_left(SandboxYield& yield) const;

  SandboxRequest request_;
  SandboxMachine machine_;
  TemporaryDirectory place_;
};

// Variables that are other ones inside.
std::map<std::string, std::string> sandbox_environment();

}  // namespace dvx
