#include "core/execution/stage/stage_places.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/beneath.h"
#include "base/path.h"

namespace dvx {

namespace {

StageFailure linked_place(const Repository& repository, std::string what, const std::string& link) {
  const std::string shown = display_path(path_beneath(link, repository.root()).value_or(link));
  return {fmt::format("{} is reached through the symbolic link '{}', and nothing is written through one",
                      what, shown),
          "put a directory in place of the link, or name the place that it leads to",
          {}};
}

}  // namespace

std::optional<StageFailure> refuse_linked_places(const Repository& repository, const Stage& stage) {
  const std::string wdir = repository.path(stage.wdir);
  if (const std::string link = link_on_the_way(wdir); !link.empty())
    return linked_place(repository, fmt::format("its wdir '{}'", display_path(stage.wdir)), link);
  for (const StageOutput& out : stage.outs) {
    const std::string path = repository.path(out.path);
    const bool stays = out.persist || stage.each.has_value();
    if (const std::string link = link_on_the_way(stays ? path : parent_path(path)); !link.empty())
      return linked_place(repository, fmt::format("its output '{}'", display_path(out.path)), link);
  }
  return std::nullopt;
}

}  // namespace dvx
