// A command of the command line: how it is declared, and what it returns to main.
//
// cli/commands/<verb>.cc defines `CommandSpec <verb>_command()`, and cli/registry.cc lists them all.
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

// The result of a command. main prints `text` to stdout or, when --json is given, the envelope with `data`.
// Messages and hints may contain foreign text; main escapes each of them as one line.
struct Outcome {
  int exit = 0;
  // Whole lines, coloured by the Text helpers. The text is shown even when exit is not 0.
  Shown text;
  nlohmann::json data = nlohmann::json::object();
  std::vector<std::string> warnings;
  // The items that failed. They are printed on stderr like a thrown Error.
  std::vector<Error> errors;
  // Shown on stderr after the text, but not with -q.
  std::string hint;
  // Writes results that are too large to hold in memory (`dvx cat`). It is called after `text`, with standard
  // output as the sink, but not with --json.
  std::function<void(Sink&)> stream;
};

// The services that main offers to a command.
class Invocation {
 public:
  virtual ~Invocation() = default;
  // Opened on first use, from -C or the working directory.
  virtual Repository& repository() = 0;
  // For commands that need no repository (init, doctor).
  virtual Surroundings surroundings() const = 0;
  virtual Progress& progress() = 0;
  // Knows whether colours are wanted.
  virtual const Text& text() const = 0;
  virtual bool quiet() const = 0;
  virtual bool verbose() const = 0;
  virtual bool json() const = 0;
  // Says whether standard output is a terminal.
  virtual bool shows_on_terminal() const = 0;
};

using Action = std::function<Outcome(Invocation&)>;

struct CommandSpec {
  // For example "add". Subcommands such as "remote add" are declared inside `declare`.
  std::string name;
  std::string group;    // one of the headings of `dvx --help`
  std::string summary;  // one line, imperative, no full stop
  std::string example;  // shown at the end of its help
  // Adds options to `app` and returns the action to run. Option values live in a shared_ptr with two owners:
  // the parser, which writes them, and the action, which reads them.
  std::function<Action(CLI::App& app)> declare;
};

const std::vector<CommandSpec>& all_commands();

// The headings of `dvx --help`, in order.
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
