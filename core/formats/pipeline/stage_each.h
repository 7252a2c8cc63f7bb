// `each` of dvx.yaml: a stage that is run per input file.
#pragma once

#include <cstddef>
#include <string>

namespace dvx {

struct StageEach {
  std::string in;         // pattern of input files, from the root
  std::string out;        // of an input's output, from the root, with {stem}, {name}, … of the input in it
  std::size_t batch = 1;  // inputs that one process is given at most

  friend bool operator==(const StageEach&, const StageEach&) = default;
};

}  // namespace dvx
