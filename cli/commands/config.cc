#include "core/commands/config.h"

#include <fmt/format.h>

#include <memory>

#include "base/path.h"
#include "cli/commands/commands.h"
#include "core/repo/config_keys.h"

namespace dvx {

namespace {

struct ConfigWords {
  std::string key;
  std::optional<std::string> value;
  bool repository = false, local = false, user = false, unset = false, known = false;
};

std::string_view scope_name(ConfigScope scope) {
  switch (scope) {
    case ConfigScope::Repository:
      return "repository";
    case ConfigScope::Local:
      return "local";
    case ConfigScope::User:
      return "user";
  }
  return "";
}

Outcome list_known() {
  Outcome outcome;
  outcome.data["known"] = nlohmann::json::array();
  for (const ConfigKey& row : config_keys()) {
    const bool counts = row.when_tracked == WhenTracked::Counts;
    outcome.text += show("{:<16}  {}{}\n", row.name, row.meaning, counts ? "" : " (own files only)");
    outcome.data["known"].push_back(
        {{"key", row.name}, {"meaning", row.meaning}, {"may_be_tracked", counts}});
  }
  return outcome;
}

ConfigOptions options_of(const ConfigWords& typed) {
  ConfigOptions options;
  options.key = typed.key;
  options.value = typed.value.value_or("");
  if (typed.repository) options.scope = ConfigScope::Repository;
  if (typed.local) options.scope = ConfigScope::Local;
  if (typed.user) options.scope = ConfigScope::User;
  if (typed.unset && (typed.key.empty() || typed.value)) {
    throw Error(ErrorKind::Usage, "--unset takes one key", "dvx config --unset KEY");
  }
  if (typed.unset) {
    options.action = ConfigAction::Unset;
  } else if (typed.value) {
    options.action = ConfigAction::Set;
  } else if (!typed.key.empty()) {
    options.action = ConfigAction::Get;
  }
  return options;
}

Outcome run(Invocation& invocation, const ConfigWords& typed) {
  if (typed.known) return list_known();
  const ConfigOptions options = options_of(typed);
  const ConfigReport report = config(invocation.repository(), options, invocation.progress());
  Outcome outcome;
  outcome.data["entries"] = nlohmann::json::array();
  const bool is_list = options.action == ConfigAction::List;
  for (const ConfigEntry& entry : report.entries) {
    outcome.data["entries"].push_back(
        {{"key", entry.key}, {"value", entry.value}, {"scope", scope_name(entry.scope)}});
    if (options.action == ConfigAction::Get) outcome.text += show("{}\n", entry.value);
    if (is_list) outcome.text += show("{}={}\n", entry.key, entry.value);
  }
  for (const ConfigEntry& entry : report.withheld) {
    if (is_list) {
      outcome.text += show("{}={}  (not in force)\n", entry.key, entry.value);
      outcome.data["entries"].push_back({{"key", entry.key},
                                         {"value", entry.value},
                                         {"scope", scope_name(entry.scope)},
                                         {"in_force", false}});
    } else {
      outcome.warnings.push_back(fmt::format(
          "'{}' has no effect in .dvx/config, here and in each clone, until its user trusts it", entry.key));
    }
    outcome.hint = "dvx trust";
  }
  return outcome;
}

}  // namespace

CommandSpec config_command() {
  return {.name = "config",
          .group = group::kSetup,
          .summary = "Read and write settings",
          .example = "dvx config core.link copy",
          .declare = [](CLI::App& app) -> Action {
            auto typed = std::make_shared<ConfigWords>();
            app.add_option("key", typed->key, "Setting; all that are set when left out")->type_name("KEY");
            app.add_option("value", typed->value, "New value; shows the setting when left out")
                ->type_name("VALUE");
            auto* repository = app.add_flag("--repository", typed->repository,
                                            "Write the settings that the repository carries (.dvx/config)");
            auto* local =
                app.add_flag("--local", typed->local, "Write this clone's settings (.dvx/config.local)")
                    ->excludes(repository);
            app.add_flag("--user", typed->user, "Write the user's settings (~/.config/dvx/config)")
                ->excludes(local)
                ->excludes(repository);
            app.add_flag("--unset", typed->unset, "Remove the setting");
            app.add_flag("--known", typed->known, "List the settings there are and what they mean");
            return [typed](Invocation& invocation) { return run(invocation, *typed); };
          }};
}

}  // namespace dvx
