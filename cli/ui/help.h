// The help texts: the grouped overview of all commands, and the page of one command.
#pragma once

#include <string>
#include <vector>

#include "cli/command.h"

namespace dvx {

std::string overview(const std::vector<CommandSpec>& commands);
std::string command_help(const CLI::App& command);

}  // namespace dvx
