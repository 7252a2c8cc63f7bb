// Which files are inputs of an `each` stage, and what each of them becomes. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/formats/pipeline/stage_each.h"

namespace dvx {

class EachMapping {
 public:
  explicit EachMapping(const StageEach& each);

  const std::string& pattern() const { return pattern_; }
  const std::string& input_directory() const { return input_directory_; }
  const std::string& output_directory() const { return output_directory_; }

  // `path` is a file's, from the root. As in a shell, '*' and '?' pass over names that begin with a dot,
  // unless the pattern has such a name.
  bool is_input(std::string_view path) const;
  // Whether a directory, from the root, can hold inputs.
  bool may_hold_inputs(std::string_view directory) const;
  // Error{Config} when the input's name makes a path that is not beneath the output directory, or none that
  // dvx keeps.
  std::string output_of(const std::string& input) const;

 private:
  std::string pattern_, output_;
  std::string input_directory_, output_directory_;
  std::size_t deepest_;  // directories of the pattern, or "any number" with "**"
  bool takes_dot_names_;
};

}  // namespace dvx
