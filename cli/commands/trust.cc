#include "core/commands/trust.h"

#include <fmt/format.h>

#include <memory>

#include "base/path.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

struct TrustWords {
  TrustAction action = TrustAction::Grant;
  bool list = false;
};

nlohmann::json json_of(const TrustReport& report) {
  nlohmann::json settings = nlohmann::json::array();
  for (const TrustedSetting& setting : report.settings) {
    nlohmann::json json = {{"key", setting.key},
                           {"value", display_path(setting.value)},
                           {"in_force", report.is_trusted && !setting.refused}};
    if (setting.refused) json["refused"] = *setting.refused;
    settings.push_back(std::move(json));
  }
  return {{"root", display_path(report.root)},
          {"trusted", report.is_trusted},
          {"was_trusted", report.was_trusted},
          {"settings", std::move(settings)}};
}

std::string_view heading(const TrustReport& report, TrustAction action) {
  switch (action) {
    case TrustAction::Grant:
      return report.was_trusted ? "these settings of .dvx/config are trusted already:"
                                : "these settings of .dvx/config are in force from now on:";
    case TrustAction::Show:
      return report.is_trusted ? "these settings of .dvx/config are in force, since you trust them:"
                               : "these settings of .dvx/config would come into force:";
    case TrustAction::Revoke:
      return "these settings of .dvx/config are not in force any more:";
  }
  return "";
}

Shown text_of(const TrustReport& report, TrustAction action) {
  if (report.settings.empty()) return "nothing in .dvx/config needs to be trusted\n";
  if (action == TrustAction::Revoke && !report.was_trusted)
    return "the settings of this repository were not trusted\n";
  Shown allowed, refused;
  for (const TrustedSetting& setting : report.settings) {
    const Shown line = show("  {} = {}\n", setting.key, display_path(setting.value));
    if (setting.refused) {
      refused += show("'{}' stays without effect: {} ({})\n", setting.key, *setting.refused,
                      display_path(setting.value));
    } else {
      allowed += line;
    }
  }
  if (allowed.empty()) return refused;
  return show("{}\n", heading(report, action)) + allowed + refused;
}

Outcome list(const Surroundings& surroundings) {
  Outcome outcome;
  outcome.data["repositories"] = nlohmann::json::array();
  for (const std::string& root : trusted_repositories(surroundings)) {
    outcome.text += show("{}\n", root);
    outcome.data["repositories"].push_back(display_path(root));
  }
  return outcome;
}

Outcome run(Invocation& invocation, const TrustWords& typed) {
  if (typed.list) return list(invocation.surroundings());
  const TrustReport report = trust(invocation.repository(), typed.action);
  Outcome outcome;
  outcome.data = json_of(report);
  if (invocation.quiet()) return outcome;
  outcome.text = text_of(report, typed.action);
  const bool is_new = typed.action == TrustAction::Grant && report.is_trusted && !report.was_trusted;
  if (is_new) outcome.hint = "dvx trust --revoke   (takes it back)";
  if (typed.action == TrustAction::Show && !report.is_trusted && !report.settings.empty())
    outcome.hint = "dvx trust";
  return outcome;
}

}  // namespace

CommandSpec trust_command() {
  return {.name = "trust",
          .group = group::kSetup,
          .summary = "Bring settings into force that came with the repository",
          .example = "dvx trust --show",
          .declare = [](CLI::App& app) -> Action {
            auto typed = std::make_shared<TrustWords>();
            auto* show = app.add_flag_callback(
                "--show", [typed] { typed->action = TrustAction::Show; },
                "Say what would come into force, and change nothing");
            auto* revoke = app.add_flag_callback(
                                  "--revoke", [typed] { typed->action = TrustAction::Revoke; },
                                  "Take back the trust in this repository")
                               ->excludes(show);
            app.add_flag("--list", typed->list, "List the repositories that you trust")
                ->excludes(show)
                ->excludes(revoke);
            return [typed](Invocation& invocation) { return run(invocation, *typed); };
          }};
}

}  // namespace dvx
