// An index in one of git's newer formats, in the words of the format that libgit2 knows.
//
// git splits the index of a large repository in two (`core.splitIndex`), leaves directories that are not
// checked out unnamed (`index.sparse`), or saves the hash at the end (`index.skipHash`). The `git` program
// reads all of these, so it is asked to write a plain copy, with what it knows about each file. It runs no
// hook and no file system monitor for that, and it fetches nothing.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>

#include "base/file.h"
#include "core/git/git_handle.h"

namespace dvx {

class IndexCopy {
 public:
  // Copies the index at `file` of the repository at `git_dir`. Null when git cannot read it either;
  // Config when that is because it is too old.
  static std::unique_ptr<IndexCopy> make(const std::string& git_dir, const std::string& work_tree,
                                         const std::string& file);

  GitIndex open() const;
  // False when another index has taken its place since.
  bool is_still_of(const std::string& file) const;

 private:
  IndexCopy(const struct ::stat& source, const std::string& parent);
  std::string path() const;

  struct ::stat source_;
  TemporaryDirectory directory_;  // removed with this object: an index that was opened does not outlive it
};

}  // namespace dvx
