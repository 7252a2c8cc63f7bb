// The environment in which every stage and tool command runs: the same on every machine but for PATH, HOME
// and the temporary directory (docs/formats/key.md lists it). A stage's own `env` comes on top and is part of
// its key.
#pragma once

#include <map>
#include <string>

namespace dvx {

std::map<std::string, std::string> stage_environment(const std::map<std::string, std::string>& process,
                                                     const std::map<std::string, std::string>& own);

}  // namespace dvx
