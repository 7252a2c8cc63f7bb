// A command of the command line: how it is declared, and what it gives back to main.
//
// cli/commands/<verb>.cc defines `CommandSpec <verb>_command()`; cli/registry.cc lists them.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "base/stream.h"
#include "cli/ui/shown.h"
#include "cli/ui/text.h"
#include "core/repo/repository.h"

namespace dvx {

// What a command found. main prints it: `text` to stdout, or the envelope with `data` when --json is given.
// Messages and hints may hold foreign text: main escapes each, as one line.
struct Outcome {
  int exit = 0;
  Shown text;  // whole lines, coloured by Text helpers; shown even when exit is not 0
  nlohmann::json data = nlohmann::json::object();
  std::vector<std::string> warnings;
  std::vector<Error> errors;  // items that failed, printed on stderr as main prints a thrown Error
  std::string hint;           // shown on stderr after the text, not with -q
  // For results too large to hold (`dvx cat`): called after `text` with standard output; not with --json.
  std::function<void(Sink&)> stream;
};

// What main hands to a command.
class Invocation {
 public:
  virtual ~Invocation() = default;
  virtual Repository& repository() = 0;           // opened on first use from -C or the working directory
  virtual Surroundings surroundings() const = 0;  // for commands without a repository (init, doctor)
  virtual Progress& progress() = 0;
  virtual const Text& text() const = 0;  // colours, or not
  virtual bool quiet() const = 0;
  virtual bool verbose() const = 0;
  virtual bool json() const = 0;
  virtual bool shows_on_terminal() const = 0;  // standard output is one
};

using Action = std::function<Outcome(Invocation&)>;

struct CommandSpec {
  std::string name;     // "add"; "remote add" are subcommands declared inside `declare`
  std::string group;    // one of the headings of `dvx --help`
  std::string summary;  // one line, imperative, no full stop
  std::string example;  // shown at the end of its help
  // Adds options to `app` and returns what to run. Values live in a shared_ptr that the action captures
  // (owners: the parser, which writes, and the action, which reads).
  std::function<Action(CLI::App& app)> declare;
};

const std::vector<CommandSpec>& all_commands();

// Headings of `dvx --help`, in order.
namespace group {
inline constexpr const char* kStart = "start a working area";
inline constexpr const char* kWorkspace = "work on the current change";
inline constexpr const char* kHistory = "examine the history and state";
inline constexpr const char* kPipeline = "run and understand pipelines";
inline constexpr const char* kTrust = "check and prove";
inline constexpr const char* kShare = "collaborate";
inline constexpr const char* kSetup = "set up and maintain";
}  // namespace group

}  // namespace dvx
