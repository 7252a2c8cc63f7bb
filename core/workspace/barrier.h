// Where a path of the project leaves it: at a directory that is a link, or another git repository. Git
// refuses every file behind one, so nothing that dvx keeps may lie there.
#pragma once

#include <optional>
#include <string>

#include "core/repo/repository.h"

namespace dvx {

struct Barrier {
  enum class Kind { Link, Repository };
  Kind kind = Kind::Link;
  std::string at;        // from the root
  std::string leads_to;  // of a link: from the root, or absolute when it leads out of the project
};

// The first one among the directories above `path`.
std::optional<Barrier> barrier_above(const Repository& repository, const std::string& path);
// That, or one that git's index names and that is not checked out: a submodule.
std::optional<Barrier> barrier_above_indexed(Repository& repository, const std::string& path);

// Whether git's index has a submodule at `path`.
bool is_submodule(Repository& repository, const std::string& path);

// Throws Usage: nothing that dvx keeps can lie at `path`, and where to go instead. `subject` begins the
// message, as in "'via/f'".
void refuse_barrier_above(Repository& repository, const std::string& path, const std::string& subject);

}  // namespace dvx
