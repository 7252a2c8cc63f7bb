#include "core/commands/cat.h"

#include <memory>

#include "base/utf8.h"
#include "cli/commands/commands.h"

namespace dvx {

namespace {

// JSON includes contents only when they are text, and not larger than this.
constexpr std::uint64_t kLargestText = 1 << 20;

Outcome run(Invocation& invocation, const CatOptions& options) {
  Repository& repository = invocation.repository();
  const CatReport report = cat(repository, options, invocation.progress());
  Outcome outcome;
  outcome.data = {{"path", report.path},
                  {"revision", report.revision},
                  {"id", report.id.to_hex()},
                  {"size", report.size}};
  if (invocation.json() && report.size <= kLargestText) {
    const std::string bytes = repository.store().read_bytes(report.id);
    if (is_valid_utf8(bytes)) outcome.data["text"] = bytes;
  }
  outcome.stream = [&repository, id = report.id](Sink& sink) { repository.store().read(id, sink); };
  return outcome;
}

}  // namespace

CommandSpec cat_command() {
  return {.name = "cat",
          .group = group::kHistory,
          .summary = "Print a tracked file, of any revision",
          .example = "dvx cat HEAD~1:data/raw/digits.csv",
          .declare = [](CLI::App& app) -> Action {
            auto options = std::make_shared<CatOptions>();
            app.add_option("path", options->target, "Path, or REV:PATH")->type_name("[REV:]PATH")->required();
            return [options](Invocation& invocation) { return run(invocation, *options); };
          }};
}

}  // namespace dvx
