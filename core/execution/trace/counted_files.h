// Which files of a repository a stage has to declare. Not those of git and dvx, of what .dvxignore names, and
// of what programs keep for themselves: environments of Python, node_modules, caches of compiled code.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "core/workspace/ignore.h"

namespace dvx {

class CountedFiles {
 public:
  explicit CountedFiles(std::string root) : root_(std::move(root)) {}

  // `path` is from the root.
  bool counts(const std::string& path);
  bool is_directory(const std::string& path) const;
  // Counted files beneath a directory; counting ends behind `enough`.
  std::size_t files_in(const std::string& directory, std::size_t enough);

 private:
  const IgnoreRules& rules(const std::string& directory);
  bool is_left_out(const std::string& directory);

  std::string root_;
  std::map<std::string, IgnoreRules> rules_;  // by directory
  std::map<std::string, bool> left_out_;      // by directory, with all that is in it
};

// "src/__pycache__/model.cpython-311.pyc" → "src/model.py", which Python looked at the time of; else `path`.
std::string source_of(const std::string& path);

}  // namespace dvx
