// Finding the files of a work tree that say what dvx keeps: pointer files, and pipelines (dvx.yaml).
//
// This is the one answer to what belongs to the project. Two things make a file part of it: a walk that
// enters no directory which git or dvx ignores comes by, or git tracks it. The second holds for a pointer
// file whatever the ignore rules say, since somebody has put it into git; a .dvxignore still hides a
// dvx.yaml.
#pragma once

#include <string>
#include <vector>

#include "core/repo/repository.h"

namespace dvx {

struct ProjectFiles {
  std::vector<std::string> pointers;   // sorted
  std::vector<std::string> pipelines;  // each dvx.yaml; that of the root first, then sorted
  // Each dvx.yaml that ignore rules keep out and that somebody may miss: git tracks it, or it lies at the top
  // of an ignored directory. Sorted.
  std::vector<std::string> passed_over;
};

// Paths from the root. Other repositories inside (submodules, nested clones) are not entered, and the
// pipelines of another dvx project inside are its own.
ProjectFiles find_project_files(Repository& repository);

// Every pointer file at hand below `root`, in ignored directories too, sorted: for whoever must not overlook
// what one names. What may not be read is an error, save in an ignored directory.
struct PointersAtHand {
  std::vector<std::string> pointers;
  std::vector<std::string> ignored;  // those in ignored directories: they may be no pointers of ours
};
PointersAtHand find_pointers_at_hand(const std::string& root);

// Whether the walk would come by a file of this name.
enum class FoundByWalk { Yes, NotPastGitignore, NotPastDvxignore };
FoundByWalk is_found_by_walk(Repository& repository, const std::string& file);

// As ProjectFiles::pipelines are: the one of the root first.
void sort_pipeline_files(std::vector<std::string>& files);

}  // namespace dvx
