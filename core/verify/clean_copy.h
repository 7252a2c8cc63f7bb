// A second work tree of a repository in a directory of its own, with what a clone would have and nothing
// else: the files that git tracks as they are in the work tree, and recorded data where it is asked for. It
// reads the same store. It is removed when dropped.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/progress.h"
#include "core/repo/repository.h"
#include "core/workspace/checkout.h"

namespace dvx {

class CleanCopy {
 public:
  explicit CleanCopy(Repository& original);

  Repository& repository() { return *copy_; }
  // Brings data from the store. NotFound, naming the path, when objects are missing.
  void check_out(const std::vector<CheckoutTarget>& targets, Progress& progress);
  // A file that git does not track, taken from the work tree all the same.
  void take_untracked(const std::string& path);
  bool has(const std::string& path) const { return exists(join(path)); }
  std::string join(const std::string& path) const;

 private:
  void copy_file(const std::string& path);
  void write_settings();

  Repository& original_;
  TemporaryDirectory directory_;
  std::optional<Repository> copy_;
};

}  // namespace dvx
