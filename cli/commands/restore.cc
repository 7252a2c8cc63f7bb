#include <memory>

#include "base/error.h"

#include "cli/commands/checkout_outcome.h"
#include "cli/commands/commands.h"
#include "core/commands/checkout.h"
#include "core/commands/restore_content.h"
#include "core/formats/stage_key.h"

namespace dvx {

namespace {

struct RestoreWords {
  CheckoutOptions options;
  bool force = false;
};

Outcome run(Invocation& invocation, const RestoreWords& typed) {
  if (const auto content = parse_key_content(typed.options.revision)) {
    if (typed.options.paths.size() != 1)
      throw Error(ErrorKind::Usage, "content comes to one path", "dvx restore --source CONTENT PATH");
    const ContentToRestore wanted{.content = *content,
                                  .path = typed.options.paths.front(),
                                  .overwrite = typed.force ? Overwrite::Everything : Overwrite::StoredOnly};
    return checkout_outcome(invocation,
                            restore_content(invocation.repository(), wanted, invocation.progress()),
                            "dvx restore --force --source CONTENT PATH");
  }
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
            app.add_option(
                   "-s,--source", typed->options.revision,
                   "Take it as it was at this revision; or what has this id, such as tree:1f00…, to any path")
                ->type_name("REV");
            app.add_flag("-f,--force", typed->force, "Also overwrite files whose bytes are not in the store");
            return [typed](Invocation& invocation) { return run(invocation, *typed); };
          }};
}

}  // namespace dvx
