#include "core/pipeline/each_mapping.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "base/path.h"
#include "core/formats/pipeline/each_paths.h"
#include "core/workspace/glob.h"
#include "objects/model/inner_path.h"
#include "objects/model/tree.h"

namespace dvx {

namespace {

bool has_dot_name(std::string_view path) {
  return path.starts_with('.') || path.find("/.") != std::string_view::npos;
}

std::size_t depth_of(std::string_view path) {
  return static_cast<std::size_t>(std::ranges::count(path, '/'));
}

void refuse_names(const std::string& path, const std::string& input) {
  if (const auto reason = refused_path(path)) {
    throw Error(ErrorKind::Config,
                fmt::format("the output of '{}' cannot be '{}': {}", display_path(input), display_path(path),
                            *reason),
                {}, input);
  }
}

}  // namespace

EachMapping::EachMapping(const StageEach& each)
    : pattern_(each.in),
      output_(each.out),
      input_directory_(each_input_directory(each.in)),
      output_directory_(each_output_directory(each.out)),
      deepest_(each.in.find("**") == std::string::npos ? depth_of(each.in) : SIZE_MAX),
      takes_dot_names_(has_dot_name(std::string_view(each.in).substr(
          std::min(escaped_pattern(input_directory_).size(), each.in.size())))) {}

bool EachMapping::is_input(std::string_view path) const {
  const bool is_hidden = !takes_dot_names_ && has_dot_name(path.substr(input_directory_.size() + 1));
  return !is_hidden && glob_matches(pattern_, path);
}

bool EachMapping::may_hold_inputs(std::string_view directory) const {
  return deepest_ == SIZE_MAX || depth_of(directory) < deepest_;
}

std::string EachMapping::output_of(const std::string& input) const {
  std::string path;
  std::size_t from = 0;
  for (auto found = find_each_placeholder(output_); found;
       found = find_each_placeholder(output_, found->end)) {
    path += output_.substr(from, found->begin - from);
    path += found->is_escaped ? "{" + std::string(found->word) + "}"
                              : each_word(found->word, input, input_directory_);
    from = found->end;
  }
  path = normalize_path(path + output_.substr(from));
  if (path == output_directory_ || !is_beneath(path, output_directory_)) {
    throw Error(ErrorKind::Config,
                fmt::format("the output of '{}' would be '{}', which does not lie in '{}'",
                            display_path(input), display_path(path), display_path(output_directory_)),
                {}, input);
  }
  refuse_names(path, input);
  return path;
}

}  // namespace dvx
