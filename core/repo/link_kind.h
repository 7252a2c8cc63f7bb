// How files get from the store into the workspace: what core.link asks for, and what the file system can do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "objects/store/object_store.h"

namespace dvx {

class Config;
class WorkspaceIndex;

enum class LinkKind : std::uint8_t { Reflink, Copy, Hardlink, Symlink };

std::string_view link_name(LinkKind kind);  // "reflink", …

// core.link; for "auto" a reflink where one was really made between the two directories (the answer is
// remembered in the index), else a copy. "reflink" is an Error{Config} where it does not work.
// The same where nothing can be written, so that nothing can be tried: what is asked for, and copies for the
// rest. No file is ever linked there, and objects are read whatever their encoding.
LinkKind link_without_trying(const Config& config);
LinkKind choose_link(const Config& config, WorkspaceIndex& index, const std::string& workspace_directory,
                     const std::string& store_directory);

// Whether workspace and store then have one file in common, so that writing into one changes the other.
bool links_into_store(LinkKind kind);

// Links need one file an object; copies are best kept packed.
Encoding encoding_for(LinkKind kind);

}  // namespace dvx
