#include "core/repo/file_systems.h"

#include <fmt/format.h>

namespace dvx {

FileSystems file_systems_of(Repository& repository) {
  return {file_system_of(repository.dvx_dir()), file_system_of(repository.store_dir())};
}

std::optional<std::string> network_note(const FileSystems& on) {
  if (on.workspace.reach == FileSystemReach::Local && on.store.reach == FileSystemReach::Local)
    return std::nullopt;
  std::string note = fmt::format("workspace on {}, store on {}", on.workspace.name, on.store.name);
  if (on.workspace.reach == FileSystemReach::Network)
    note += "; the index does without shared memory and is slower";
  return note + "; machines that work there at once must see each other's flock(2)";
}

}  // namespace dvx
