#include "cli/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <system_error>

#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/nearest_word.h"
#include "base/path.h"
#include "cli/command.h"
#include "cli/ui/envelope.h"
#include "cli/ui/help.h"
#include "cli/ui/terminal_progress.h"
#include "core/repo/file_systems.h"

namespace dvx {

namespace {

struct GlobalOptions {
  std::string directory, color = "auto";
  bool json = false, quiet = false, verbose = false;
  std::size_t jobs = 0;
};

// Declares the options that may stand before or after the verb.
void declare_global_options(CLI::App& app, GlobalOptions& options) {
  app.add_option("-C", options.directory, "Run as if started in this directory")->type_name("DIR");
  app.add_flag("--json", options.json, "Print one JSON document on standard output");
  app.add_flag("-q,--quiet", options.quiet, "Say less");
  app.add_flag("-v,--verbose", options.verbose, "Say more");
  app.add_option("-j,--jobs", options.jobs, "How much to do at once (default: one a processor)")
      ->type_name("N")
      ->check(CLI::Range(1, 4096));
  app.add_option("--color", options.color, "auto, always or never")
      ->type_name("WHEN")
      ->check(CLI::IsMember({"auto", "always", "never"}));
}

bool draws(const GlobalOptions& options, const ProcessContext& context) {
  const auto& environment = context.surroundings.environment;
  const auto term = environment.find("TERM");
  const bool can_draw = term == environment.end() || term->second != "dumb";
  return context.stderr_is_terminal && can_draw && !options.quiet && !options.json;
}

bool wants_color(const GlobalOptions& options, const ProcessContext& context) {
  if (options.color != "auto") return options.color == "always";
  const auto& environment = context.surroundings.environment;
  const auto no_color = environment.find("NO_COLOR");
  if (no_color != environment.end() && !no_color->second.empty()) return false;
  const auto term = environment.find("TERM");
  return context.stdout_is_terminal && term != environment.end() && term->second != "dumb";
}

Surroundings complete(Surroundings surroundings, const GlobalOptions& options) {
  const auto variable = [&](const char* name) {
    const auto found = surroundings.environment.find(name);
    return found == surroundings.environment.end() ? std::string() : found->second;
  };
  if (const std::string config = variable("XDG_CONFIG_HOME"); !config.empty()) {
    surroundings.user_config = join_path(config, "dvx/config");
  } else if (const std::string home = variable("HOME"); !home.empty()) {
    surroundings.user_config = join_path(home, ".config/dvx/config");
  }
  surroundings.duckdb = variable("DVX_DUCKDB");
  surroundings.jobs = options.jobs;
  if (!options.directory.empty()) {
    surroundings.cwd = absolute_path(options.directory, surroundings.cwd);
    if (!is_directory(surroundings.cwd)) {
      throw Error(ErrorKind::Usage,
                  fmt::format("cannot change to '{}': no such directory", options.directory), {},
                  options.directory);
    }
  }
  return surroundings;
}

class LiveInvocation final : public Invocation {
 public:
  LiveInvocation(const GlobalOptions& options, const ProcessContext& context)
      : options_(options),
        surroundings_(complete(context.surroundings, options)),
        text_(wants_color(options, context) ? Text::Color::Always : Text::Color::Never),
        shows_on_terminal_(context.stdout_is_terminal),
        progress_(TerminalProgress::Options{.drawing = draws(options, context), .quiet = options.quiet}) {}

  Repository& repository() override {
    if (!repository_) {
      repository_.emplace(Repository::open(surroundings_));
      if (verbose() && !json()) tell_where();
    }
    return *repository_;
  }
  Surroundings surroundings() const override { return surroundings_; }
  TerminalProgress& progress() override { return progress_; }
  const Text& text() const override { return text_; }
  bool quiet() const override { return options_.quiet; }
  bool verbose() const override { return options_.verbose; }
  bool json() const override { return options_.json; }
  bool shows_on_terminal() const override { return shows_on_terminal_; }

  // Returns the settings that came with the repository and were ignored although they would have had an
  // effect.
  std::vector<std::string> missed_settings() {
    return repository_ ? repository_->config().missed() : std::vector<std::string>{};
  }

 private:
  void tell_where() {
    if (const auto note = network_note(file_systems_of(*repository_))) progress_.line("note: " + *note);
  }

  const GlobalOptions& options_;
  Surroundings surroundings_;
  Text text_;
  bool shows_on_terminal_;
  TerminalProgress progress_;
  std::optional<Repository> repository_;
};

// Returns the first argument that is neither an option nor the value of one.
std::string first_word(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "-C" || argument == "-j" || argument == "--jobs" || argument == "--color") {
      ++i;
    } else if (!argument.starts_with('-')) {
      return argument;
    }
  }
  return {};
}

bool has(const std::vector<std::string>& arguments, std::string_view word) {
  return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
}

void check_command_exists(const std::string& word) {
  if (word.empty()) return;
  std::vector<std::string_view> names{"help"};
  for (const CommandSpec& spec : all_commands()) names.emplace_back(spec.name);
  if (std::find(names.begin(), names.end(), word) != names.end()) return;
  const auto near = nearest_word(word, names);
  throw Error(ErrorKind::Usage, fmt::format("'{}' is not a dvx command", word),
              near ? fmt::format("dvx {}", *near) : "dvx --help");
}

// Returns the chain of subcommands that was given, such as "remote add".
std::string command_name(const CLI::App& app) {
  std::string name;
  for (const CLI::App* level = &app; !level->get_subcommands().empty();) {
    level = level->get_subcommands().front();
    if (!name.empty()) name += ' ';
    name += level->get_name();
  }
  return name;
}

Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const std::string name = command_name(app);
  std::string message = error.what();
  // A message such as "what is required" would read like a question.
  constexpr std::string_view kRequired = " is required";
  if (message.ends_with(kRequired))
    message = fmt::format("'{}' is missing", message.substr(0, message.size() - kRequired.size()));
  if (const auto line = message.find('\n'); line != std::string::npos) message.resize(line);
  if (!message.empty()) message[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(message[0])));
  return Error(ErrorKind::Usage, message, fmt::format("dvx {}{}--help", name, name.empty() ? "" : " "));
}

struct Parsed {
  std::string command;
  Action action;
  // Set when help was asked for.
  std::string help;
};

class Parser {
 public:
  Parser(GlobalOptions& options) : app_("Version control for data, and reproducible work on it", "dvx") {
    app_.set_help_flag();
    declare_global_options(app_, options);
    app_.add_flag("-h,--help", help_, "Show this help");
    app_.add_flag("--version", version_, "Show the version");
    app_.require_subcommand(0, 1);
    app_.fallthrough();
    for (const CommandSpec& spec : all_commands()) declare(spec);
  }

  Parsed parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // CLI11 expects the last argument first
    try {
      app_.parse(arguments);
    } catch (const CLI::CallForHelp&) {
      return {.command = command_name(app_), .action = {}, .help = command_help(*deepest())};
    } catch (const CLI::ParseError& error) {
      throw usage_error(app_, error);
    }
    if (version_) return {.command = "version", .action = {}, .help = fmt::format("dvx {}\n", DVX_VERSION)};
    if (app_.get_subcommands().empty())
      return {.command = "help", .action = {}, .help = overview(all_commands())};
    if (help_) return {.command = command_name(app_), .action = {}, .help = command_help(*deepest())};
    return {.command = command_name(app_), .action = actions_.at(app_.get_subcommands().front()), .help = {}};
  }

  // Returns every command that can be typed, including subcommands such as "remote add" and commands that the
  // overview leaves out.
  std::vector<std::string> commands() const {
    std::vector<std::string> names;
    for (const CLI::App* command : app_.get_subcommands(anything)) {
      names.push_back(command->get_name());
      for (const CLI::App* nested : command->get_subcommands(anything))
        names.push_back(command->get_name() + " " + nested->get_name());
    }
    return names;
  }

  std::string help_of(const std::string& command) { return command_help(*app_.get_subcommand(command)); }

 private:
  void declare(const CommandSpec& spec) {
    CLI::App* command = app_.add_subcommand(spec.name, spec.summary);
    command->fallthrough();
    command->set_help_flag("-h,--help", "Show this help");
    if (!spec.example.empty()) command->footer("Example:\n  " + spec.example);
    actions_[command] = spec.declare(*command);
    for (CLI::App* nested : command->get_subcommands({})) nested->fallthrough();
  }

  static bool anything(const CLI::App* /*command*/) { return true; }

  CLI::App* deepest() {
    CLI::App* level = &app_;
    while (!level->get_subcommands().empty()) level = level->get_subcommands().front();
    return level;
  }

  CLI::App app_;
  bool help_ = false, version_ = false;
  std::map<CLI::App*, Action> actions_;
};

class Session {
 public:
  explicit Session(ProcessContext context) : context_(std::move(context)) {
    // Set early, so that a usage error is printed as JSON too.
    options_.json = has(context_.arguments, "--json");
  }

  int run() {
    Outcome outcome;
    try {
      outcome = run_command();
    } catch (const Error& error) {
      outcome = failure(error);
    } catch (const std::bad_alloc&) {
      outcome = failure(Error(ErrorKind::Io, "out of memory"));
    } catch (const std::system_error& error) {
      outcome = failure(Error(ErrorKind::Io, fmt::format("the system refuses: {}", error.what()),
                              "ulimit -u and ulimit -v say how much it gives"));
    } catch (const std::exception& error) {
      outcome = failure(Error(ErrorKind::Internal, fmt::format("internal error: {}", error.what()),
                              "please report this with the command you ran"));
    }
    if (invocation_) invocation_->progress().end();
    if (invocation_) tell_missed_settings(invocation_->missed_settings(), outcome);
    return print_outcome(std::move(outcome));
  }

 private:
  // Warns once, and only where a setting made a difference. Some commands are about these settings and say
  // more themselves.
  void tell_missed_settings(const std::vector<std::string>& keys, Outcome& outcome) const {
    if (keys.empty() || command_ == "config" || command_ == "trust" || command_ == "doctor") return;
    outcome.warnings.push_back(
        fmt::format(".dvx/config sets {} without effect, since it came with the repository: "
                    "dvx trust, if you want what it says",
                    fmt::join(keys, ", ")));
  }

  Outcome run_command() {
    const std::string word = first_word(context_.arguments);
    check_command_exists(word);
    Parser parser(options_);
    if (word == "help") {
      const std::string topic = topic_of_help();
      check_command_exists(topic);
      command_ = "help";
      const bool is_overview = topic.empty() || topic == "help";
      Outcome outcome = help_outcome(is_overview ? overview(all_commands()) : parser.help_of(topic));
      if (is_overview) outcome.data["commands"] = parser.commands();
      return outcome;
    }
    Parsed parsed = parser.parse(context_.arguments);
    command_ = parsed.command;
    if (!parsed.action) return help_outcome(parsed.help);
    invocation_.emplace(options_, context_);
    return parsed.action(*invocation_);
  }

  std::string topic_of_help() const {
    bool after = false;
    for (const std::string& argument : context_.arguments) {
      if (after && !argument.starts_with('-')) return argument;
      if (argument == "help") after = true;
    }
    return {};
  }

  static Outcome help_outcome(std::string text) {
    Outcome outcome;
    outcome.text = Shown::lines(text);
    outcome.data["help"] = std::move(text);
    return outcome;
  }

  static Outcome failure(const Error& error) {
    Outcome outcome;
    outcome.exit = exit_code(error.kind());
    if (error.kind() == ErrorKind::Interrupted && interrupt_signal() != 0)
      outcome.exit = 128 + interrupt_signal();
    outcome.errors.push_back(error);
    return outcome;
  }

  int print_outcome(Outcome outcome) {
    const Text colors = invocation_ ? invocation_->text() : Text();
    try {
      if (options_.json) {
        write_all(1, envelope(command_, outcome), "standard output");
      } else {
        print_text(outcome, colors);
      }
    } catch (const Error& error) {
      // The reader of the pipe is gone, as with `dvx log | head`.
      if (errno == EPIPE) return 128 + 13;
      if (outcome.exit == 0) outcome.exit = exit_code(error.kind());
      print_error(error, colors);
    }
    return outcome.exit;
  }

  void print_text(const Outcome& outcome, const Text& colors) {
    write_all(1, outcome.text.string(), "standard output");
    if (outcome.stream) {
      FdSink sink(1, "standard output");
      outcome.stream(sink);
    }
    for (const std::string& warning : outcome.warnings) {
      write_to_stderr(show("{} {}\n", colors.yellow("warning:"), warning));
    }
    for (const Error& error : outcome.errors) print_error(error, colors);
    if (!outcome.hint.empty() && !options_.quiet) {
      write_to_stderr(show("{} {}\n", colors.cyan("hint:"), outcome.hint));
    }
  }

  static void print_error(const Error& error, const Text& colors) {
    write_to_stderr(show("{} {}\n", colors.red("error:"), error.message()));
    if (!error.hint().empty()) write_to_stderr(show("{} {}\n", colors.cyan("hint:"), error.hint()));
  }

  ProcessContext context_;
  GlobalOptions options_;
  std::string command_;
  std::optional<LiveInvocation> invocation_;
};

}  // namespace

int run(ProcessContext context) {
  return Session(std::move(context)).run();
}

}  // namespace dvx
