#include "core/commands/pull.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/display.h"
#include "base/path.h"
#include "cli/commands/commands.h"
#include "cli/commands/run_outputs_flag.h"
#include "cli/ui/exchange_text.h"

namespace dvx {

namespace {

Shown checkout_summary(const CheckoutReport& checkout) {
  if (checkout.created + checkout.replaced + checkout.removed == 0) return {};
  Shown text;
  const auto add = [&](std::uint64_t count, std::string_view done) {
    if (count == 0) return;
    text += show("{}{} {}", text.empty() ? "" : ", ", human_count(count, "file"), done);
  };
  add(checkout.created, "created");
  add(checkout.replaced, "replaced");
  add(checkout.removed, "removed");
  return text + "\n";
}

void add_refusals(Outcome& outcome, const CheckoutReport& checkout, const Repository& repository) {
  for (const std::string& path : checkout.would_lose) {
    const std::string shown = display_path(repository.to_user(path));
    outcome.errors.emplace_back(
        ErrorKind::Blocked, fmt::format("'{}' has changes that are not stored", shown),
        fmt::format("dvx add {}, or dvx pull --force to lose them", paste_quote(repository.to_user(path))),
        path);
    outcome.exit = std::max(outcome.exit, exit_code(ErrorKind::Blocked));
  }
}

Outcome run(Invocation& invocation, const PullOptions& options) {
  Repository& repository = invocation.repository();
  const PullReport report = pull(repository, options, invocation.progress());
  Outcome outcome;
  outcome.data["remotes"] = nlohmann::json::array();
  for (const RemoteExchange& exchange : report.fetched.remotes) {
    add_exchange(outcome, exchange, Direction::Received, repository);
    outcome.data["remotes"].push_back(exchange_json(exchange));
  }
  outcome.text += checkout_summary(report.checkout);
  add_refusals(outcome, report.checkout, repository);
  auto would_lose = nlohmann::json::array();
  for (const std::string& path : report.checkout.would_lose) would_lose.push_back(display_path(path));
  outcome.data["checkout"] = {{"created", report.checkout.created},
                              {"replaced", report.checkout.replaced},
                              {"removed", report.checkout.removed},
                              {"unchanged", report.checkout.unchanged},
                              {"would_lose", would_lose}};
  if (invocation.quiet()) outcome.text.clear();
  return outcome;
}

}  // namespace

CommandSpec pull_command() {
  return {.name = "pull",
          .group = group::kShare,
          .summary = "Fetch tracked data and check it out",
          .example = "dvx pull",
          .declare = [](CLI::App& app) -> Action {
            auto options = std::make_shared<PullOptions>();
            app.add_option("paths", options->fetch.paths, "What to get; everything when not given")
                ->type_name("PATH");
            app.add_option("-r,--remote", options->fetch.remote, "The remote, instead of the default")
                ->type_name("NAME");
            declare_run_outputs(app, options->fetch.run_outputs);
            auto force = std::make_shared<bool>(false);
            app.add_flag("-f,--force", *force, "Replace files even where their bytes are not stored");
            return [options, force](Invocation& invocation) {
              options->overwrite = *force ? Overwrite::Everything : Overwrite::StoredOnly;
              return run(invocation, *options);
            };
          }};
}

}  // namespace dvx
