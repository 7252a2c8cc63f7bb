#include <memory>

#include "cli/commands/checkout_outcome.h"
#include "cli/commands/commands.h"
#include "core/commands/checkout.h"

namespace dvx {

namespace {

struct RestoreWords {
  CheckoutOptions options;
  bool force = false;
};

Outcome run(Invocation& invocation, const RestoreWords& typed) {
  CheckoutOptions options = typed.options;
  if (typed.force) options.overwrite = Overwrite::Everything;
  const CheckoutReport report = checkout(invocation.repository(), options, invocation.progress());
  return checkout_outcome(invocation, report, "dvx restore --force PATH");
}

}  // namespace

CommandSpec restore_command() {
  return {.name = "restore",
          .group = group::kWorkspace,
          .summary = "Bring back paths of tracked data, from now or from another revision",
          .example = "dvx restore --source HEAD~1 data/raw/digits.csv",
          .declare = [](CLI::App& app) -> Action {
            auto typed = std::make_shared<RestoreWords>();
            app.add_option("path", typed->options.paths,
                           "Tracked data, or files and directories inside of it")
                ->required()
                ->type_name("PATH...");
            app.add_option("-s,--source", typed->options.revision, "Take it as it was at this revision")
                ->type_name("REV");
            app.add_flag("-f,--force", typed->force, "Also overwrite files whose bytes are not in the store");
            return [typed](Invocation& invocation) { return run(invocation, *typed); };
          }};
}

}  // namespace dvx
