// Params in a Python file, read without running it: names that are assigned literals, at the top, in classes,
// and `self.name` in `__init__` (of a class, or beneath the class's name). What is no literal is passed over,
// as DVC does it.
#pragma once

#include <string>
#include <string_view>

#include "core/formats/text/yaml.h"

namespace dvx {

// A map in the order of the file; of a name assigned twice the last value counts. Tuples and sets become
// lists, None is null. Error{Config} with the line for text that cannot be Python: an open string or bracket.
YamlNode parse_python_literals(std::string_view text, const std::string& path);

}  // namespace dvx
