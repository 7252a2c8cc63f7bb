// Finding the files of a work tree that say what dvx keeps: pointer files, and pipelines (dvx.yaml).
#pragma once

#include <string>
#include <vector>

namespace dvx {

// What to do about a directory that may not be read: there is no file of ours in it, or nobody knows.
enum class Unreadable { IsPassedOver, Fails };

struct ProjectFiles {
  std::vector<std::string> pointers;   // sorted
  std::vector<std::string> pipelines;  // each dvx.yaml; that of the root first, then sorted
};

// Paths from `root`. Directories that git or dvx ignores are not entered, nor are other repositories inside
// (submodules, nested clones). The pipelines of another dvx project inside are its own.
ProjectFiles find_project_files(const std::string& root, Unreadable unreadable = Unreadable::IsPassedOver);

std::vector<std::string> find_pointer_files(const std::string& root,
                                            Unreadable unreadable = Unreadable::IsPassedOver);

// As ProjectFiles::pipelines are: the one of the root first.
void sort_pipeline_files(std::vector<std::string>& files);

}  // namespace dvx
