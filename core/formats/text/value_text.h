// Values as text in a command or a path, as DVC writes them: the words of Python, but true and false.
#pragma once

#include <string>

#include "core/formats/text/yaml.h"

namespace dvx {

// How a map becomes the arguments of a command (`parsing.bool` and `parsing.list` of the settings).
struct UnpackRules {
  enum class Booleans { OnlyWhenTrue, NegatedWhenFalse };  // --flag or nothing; --flag or --no-flag
  enum class Lists { OneFlag, FlagEach };                  // --list 1 2; --list 1 --list 2
  Booleans booleans = Booleans::OnlyWhenTrue;
  Lists lists = Lists::OneFlag;
};

bool is_composite(const YamlNode& value);  // a list or a map

// Of a scalar: "5", "0.001", "1e-05", "true", "None".
std::string value_text(const YamlNode& scalar);

// "--lr 0.1 --layers 1 2 --optimizer.name adam": strings quoted for the shell, maps inside by their dotted
// names. Error{Config}, without a place, for a list in a list.
std::string command_arguments(const YamlNode& map, const UnpackRules& rules);

}  // namespace dvx
