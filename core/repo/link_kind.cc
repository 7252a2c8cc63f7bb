#include "core/repo/link_kind.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/file.h"
#include "core/index/workspace_index.h"
#include "core/repo/config.h"
#include "objects/store/reflink.h"

namespace dvx {

std::string_view link_name(LinkKind kind) {
  switch (kind) {
    case LinkKind::Reflink:
      return "reflink";
    case LinkKind::Copy:
      return "copy";
    case LinkKind::Hardlink:
      return "hardlink";
    case LinkKind::Symlink:
      return "symlink";
  }
  return "copy";
}

namespace {
bool remembered_reflink(WorkspaceIndex& index, const std::string& workspace, const std::string& store) {
  const auto a = stat_if_exists(workspace), b = stat_if_exists(store);
  if (!a || !b) return false;
  const std::string note = fmt::format("reflink {} {} {}", a->st_dev, b->st_dev, store);
  if (const auto known = index.get_note(note)) return *known == "yes";
  const bool works = reflink_works(store, workspace);
  index.set_note(note, works ? "yes" : "no");
  return works;
}
}  // namespace

LinkKind link_without_trying(const Config& config) {
  const std::string asked = config.get_or("core.link", "auto");
  if (asked == "hardlink") return LinkKind::Hardlink;
  return asked == "symlink" ? LinkKind::Symlink : LinkKind::Copy;
}

LinkKind choose_link(const Config& config, WorkspaceIndex& index, const std::string& workspace_directory,
                     const std::string& store_directory) {
  const std::string asked = config.get_or("core.link", "auto");
  if (asked == "copy") return LinkKind::Copy;
  if (asked == "hardlink") return LinkKind::Hardlink;
  if (asked == "symlink") return LinkKind::Symlink;
  const bool works = remembered_reflink(index, workspace_directory, store_directory);
  if (asked == "auto") return works ? LinkKind::Reflink : LinkKind::Copy;
  if (asked != "reflink") {
    throw Error(
        ErrorKind::Config,
        fmt::format("setting 'core.link' is '{}': must be auto, reflink, copy, hardlink or symlink", asked),
        "dvx config core.link auto");
  }
  if (!works) {
    throw Error(ErrorKind::Config, "core.link is 'reflink', but the file system here cannot share extents",
                "dvx config core.link auto");
  }
  return LinkKind::Reflink;
}

bool links_into_store(LinkKind kind) {
  return kind == LinkKind::Hardlink || kind == LinkKind::Symlink;
}

Encoding encoding_for(LinkKind kind) {
  return kind == LinkKind::Copy ? Encoding::Packed : Encoding::Whole;
}

}  // namespace dvx
