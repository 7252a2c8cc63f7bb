// On which file systems a repository lies, and what dvx does differently where other machines may be at work
// (docs/adr/0006-network-file-systems.md).
#pragma once

#include <optional>
#include <string>

#include "base/file_system.h"
#include "core/repo/repository.h"

namespace dvx {

struct FileSystems {
  FileSystem workspace, store;
};

FileSystems file_systems_of(Repository& repository);

// For people; nullopt where all is local.
std::optional<std::string> network_note(const FileSystems& on);

}  // namespace dvx
