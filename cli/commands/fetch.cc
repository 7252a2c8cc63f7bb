#include "core/commands/fetch.h"

#include <memory>

#include "cli/commands/commands.h"
#include "cli/commands/run_outputs_flag.h"
#include "cli/ui/exchange_text.h"

namespace dvx {

namespace {

Outcome run(Invocation& invocation, const FetchOptions& options) {
  Repository& repository = invocation.repository();
  const FetchReport report = fetch(repository, options, invocation.progress());
  Outcome outcome;
  outcome.data["remotes"] = nlohmann::json::array();
  for (const RemoteExchange& exchange : report.remotes) {
    add_exchange(outcome, exchange, Direction::Received, repository);
    outcome.data["remotes"].push_back(exchange_json(exchange));
  }
  if (invocation.quiet()) outcome.text.clear();
  return outcome;
}

}  // namespace

CommandSpec fetch_command() {
  return {
      .name = "fetch",
      .group = group::kShare,
      .summary = "Get tracked data and run records from a remote into the store",
      .example = "dvx fetch data/raw",
      .declare = [](CLI::App& app) -> Action {
        auto options = std::make_shared<FetchOptions>();
        app.add_option("paths", options->paths, "What to get; everything when not given")->type_name("PATH");
        app.add_option("-r,--remote", options->remote, "The remote, instead of the default")
            ->type_name("NAME");
        declare_run_outputs(app, options->run_outputs);
        return [options](Invocation& invocation) { return run(invocation, *options); };
      }};
}

}  // namespace dvx
