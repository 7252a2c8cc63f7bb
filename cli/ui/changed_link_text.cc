#include "cli/ui/changed_link_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/display.h"
#include "base/path.h"

namespace dvx {

namespace {

Error error_of(const ChangedLink& link, const Repository& repository) {
  const std::string object = fmt::format("object {}", link.id.short_hex());
  const std::string kept = link.kept.empty() ? "" : fmt::format("; its bytes are kept in '{}'", link.kept);
  if (link.paths.empty()) {
    return Error(ErrorKind::Corruption, fmt::format("{} was written into through a link{}", object, kept),
                 "dvx fsck --repair");
  }
  std::vector<std::string> paths;
  for (const std::string& path : link.paths)
    paths.push_back(fmt::format("'{}'", display_path(repository.to_user(path))));
  return Error(
      ErrorKind::Corruption,
      fmt::format("{} {} linked to {}, which was written into{}", fmt::join(paths, ", "),
                  paths.size() == 1 ? "is" : "are", object, kept),
      link.kept.empty()
          ? "dvx push"
          : fmt::format("dvx add {}   (records what it is now), or dvx fsck --repair (fetches what it was)",
                        paste_quote(repository.to_user(link.paths.front()))),
      link.paths.front());
}

}  // namespace

void add_changed_links(Outcome& outcome, const std::vector<ChangedLink>& changed,
                       const Repository& repository) {
  for (const ChangedLink& link : changed) {
    Error error = error_of(link, repository);
    outcome.exit = std::max(outcome.exit, exit_code(error.kind()));
    outcome.errors.push_back(std::move(error));
  }
}

nlohmann::json changed_links_json(const std::vector<ChangedLink>& changed) {
  auto list = nlohmann::json::array();
  for (const ChangedLink& link : changed) {
    auto paths = nlohmann::json::array();
    for (const std::string& path : link.paths) paths.push_back(display_path(path));
    list.push_back({{"id", link.id.to_hex()}, {"paths", paths}, {"kept", link.kept}});
  }
  return list;
}

}  // namespace dvx
