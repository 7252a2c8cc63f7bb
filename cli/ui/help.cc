#include "cli/ui/help.h"

#include <fmt/format.h>

namespace dvx {

std::string overview(const std::vector<CommandSpec>& commands) {
  std::string out =
      "usage: dvx [-C DIR] [--json] [-q | -v] [-j N] [--color WHEN] <command> [<args>]\n"
      "\n"
      "dvx versions data beside git and rebuilds what was made from it.\n";
  for (const char* heading : {group::kStart, group::kWorkspace, group::kHistory, group::kPipeline,
                              group::kTrust, group::kShare, group::kSetup}) {
    out += fmt::format("\n{}\n", heading);
    for (const CommandSpec& spec : commands) {
      if (spec.group == heading) out += fmt::format("   {:<11} {}\n", spec.name, spec.summary);
    }
  }
  return out + "\n'dvx help <command>' shows its options and an example.\n";
}

std::string command_help(const CLI::App& command) {
  std::string prefix = "dvx";
  for (const CLI::App* parent = command.get_parent(); parent != nullptr && parent->get_parent() != nullptr;
       parent = parent->get_parent()) {
    prefix += " " + parent->get_name();
  }
  return command.help(prefix);
}

}  // namespace dvx
