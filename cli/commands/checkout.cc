#include "core/commands/checkout.h"

#include <fmt/format.h>

#include <memory>

#include "cli/commands/checkout_outcome.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

struct CheckoutWords {
  std::vector<std::string> words;  // [rev] [paths]
  bool force = false;
};

Outcome run(Invocation& invocation, const CheckoutWords& typed) {
  Repository& repository = invocation.repository();
  CheckoutOptions options{.revision = {}, .paths = typed.words, .overwrite = Overwrite::StoredOnly};
  if (typed.force) options.overwrite = Overwrite::Everything;
  if (!options.paths.empty() && names_revision(repository, options.paths.front())) {
    options.revision = options.paths.front();
    options.paths.erase(options.paths.begin());
  }
  return checkout_outcome(invocation, checkout(repository, options, invocation.progress()),
                          "dvx checkout --force");
}

}  // namespace

CommandSpec checkout_command() {
  return {.name = "checkout",
          .group = group::kWorkspace,
          .summary = "Bring tracked data to what the pointer files and dvx.lock say",
          .example = "git checkout v1 && dvx checkout",
          .declare = [](CLI::App& app) -> Action {
            auto typed = std::make_shared<CheckoutWords>();
            app.add_option("path", typed->words,
                           "A revision first, if any, then paths; everything when left out")
                ->type_name("[REV] [PATH...]");
            app.add_flag("-f,--force", typed->force, "Also overwrite files whose bytes are not in the store");
            return [typed](Invocation& invocation) { return run(invocation, *typed); };
          }};
}

}  // namespace dvx
