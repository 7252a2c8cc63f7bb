#include "core/commands/trust.h"

#include "core/repo/trusted_settings.h"

namespace dvx {

TrustReport trust(Repository& repository, TrustAction action) {
  const Settings& settings = repository.config().needing_trust();
  TrustedSettings trusted(repository.surroundings().user_config, repository.root());
  TrustReport report{.root = repository.root(), .settings = {}};
  for (const auto& [key, value] : settings)
    report.settings.push_back({key, value, untrustable(repository.root(), key, value)});
  report.was_trusted = !settings.empty() && trusted.include(settings);
  report.is_trusted = report.was_trusted;
  if (action == TrustAction::Grant && !settings.empty() && !report.was_trusted) {
    trusted.add(settings);
    report.is_trusted = true;
  }
  if (action == TrustAction::Revoke) {
    const bool was_there = trusted.remove();  // also of other values, which do not count any more
    report.was_trusted = report.was_trusted || was_there;
    report.is_trusted = false;
  }
  return report;
}

std::vector<std::string> trusted_repositories(const Surroundings& surroundings) {
  return TrustedSettings::all(surroundings.user_config);
}

}  // namespace dvx
