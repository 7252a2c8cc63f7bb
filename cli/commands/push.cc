#include "core/commands/push.h"

#include <memory>

#include "cli/commands/commands.h"
#include "cli/commands/run_outputs_flag.h"
#include "cli/ui/changed_link_text.h"
#include "cli/ui/exchange_text.h"

namespace dvx {

namespace {

Outcome run(Invocation& invocation, const PushOptions& options) {
  Repository& repository = invocation.repository();
  const PushReport report = push(repository, options, invocation.progress());
  Outcome outcome;
  outcome.data["remotes"] = nlohmann::json::array();
  add_changed_links(outcome, report.changed, repository);
  outcome.data["changed_links"] = changed_links_json(report.changed);
  for (const RemoteExchange& exchange : report.remotes) {
    add_exchange(outcome, exchange, Direction::Sent, repository);
    outcome.data["remotes"].push_back(exchange_json(exchange));
  }
  if (invocation.quiet()) outcome.text.clear();
  return outcome;
}

}  // namespace

CommandSpec push_command() {
  return {
      .name = "push",
      .group = group::kShare,
      .summary = "Send tracked data and run records to a remote",
      .example = "dvx push",
      .declare = [](CLI::App& app) -> Action {
        auto options = std::make_shared<PushOptions>();
        app.add_option("paths", options->paths, "What to send; everything when not given")->type_name("PATH");
        app.add_option("-r,--remote", options->remote, "The remote, instead of the default")
            ->type_name("NAME");
        declare_run_outputs(app, options->run_outputs);
        return [options](Invocation& invocation) { return run(invocation, *options); };
      }};
}

}  // namespace dvx
