#include "core/verify/clean_copy.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>

#include "base/error.h"
#include "base/path.h"
#include "core/repo/config_keys.h"
#include "core/workspace/project_files.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace fs = std::filesystem;

CleanCopy::CleanCopy(Repository& original)
    : original_(original), directory_(original.temporary_dir(), "rebuild") {
  write_settings();
  for (const GitIndexEntry& entry : original_.git().index_entries()) {
    if (!is_beneath(entry.path, ".dvx")) copy_file(entry.path);
  }
  // What the rebuild is about, though somebody may not have told git of it yet.
  for (const std::string& pipeline : find_project_files(original_).pipelines) copy_file(pipeline);
  copy_file(kLockFileName);
  Surroundings surroundings = original_.surroundings();
  surroundings.cwd = directory_.path();
  surroundings.stay = StoreStay::Guest;
  copy_.emplace(Repository::open(std::move(surroundings)));
}

std::string CleanCopy::join(const std::string& path) const {
  return path.empty() ? directory_.path() : join_path(directory_.path(), path);
}

void CleanCopy::write_settings() {
  make_directories(join(".dvx"));
  for (const char* name : {"config", "config.local"}) {
    const auto settings = read_file_if_exists(join_path(original_.dvx_dir(), name));
    if (settings) write_file_atomically(join_path(join(".dvx"), name), *settings, 0666, Durability::Relaxed);
  }
  Config config({{ConfigScope::Local, join(".dvx/config.local")}});
  // The user's trust in the original holds for its copy.
  for (const ConfigEntry& entry : original_.config().all()) {
    const bool needs_trust = find_config_key(entry.key) != nullptr && !counts_when_tracked(entry.key);
    if (entry.scope == ConfigScope::Repository && needs_trust)
      config.set(ConfigScope::Local, entry.key, entry.value);
  }
  config.set(ConfigScope::Local, "core.store", original_.store().directory());
  // Never a shared inode: a stage that writes into its input must not reach the store.
  config.set(ConfigScope::Local, "core.link", "auto");
}

void CleanCopy::copy_file(const std::string& path) {
  if (has(path)) return;  // git's index has the pipeline as well, and a path in conflict several times
  const std::string from = original_.path(path), to = join(path);
  std::error_code failure;
  const fs::file_status status = fs::symlink_status(from, failure);
  if (!fs::is_regular_file(status) && !fs::is_symlink(status)) return;  // gone, or a submodule
  make_directories(parent_path(to));
  fs::copy(from, to, fs::copy_options::copy_symlinks, failure);
  if (failure) throw system_error("copy", path, failure.value());
}

void CleanCopy::take_untracked(const std::string& path) {
  if (!is_directory(original_.path(path))) return copy_file(path);
  for (auto it = fs::recursive_directory_iterator(original_.path(path));
       it != fs::recursive_directory_iterator(); ++it) {
    if (!it->is_directory() || it->is_symlink())
      copy_file(*path_beneath(it->path().string(), original_.root()));
  }
}

void CleanCopy::check_out(const std::vector<CheckoutTarget>& targets, Progress& progress) {
  const CheckoutReport report = checkout_paths(*copy_, targets, Overwrite::Everything, progress);
  if (report.missing.empty()) return;
  const CheckoutTarget& first = report.missing.front();
  throw Error{ErrorKind::NotFound,
              fmt::format("objects of '{}' ({}) are not in the store", display_path(first.path),
                          first.data.id.short_hex()),
              "dvx fetch", first.path};
}

}  // namespace dvx
