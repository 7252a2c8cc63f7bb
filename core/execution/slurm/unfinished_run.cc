#include "core/execution/slurm/unfinished_run.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/execution/slurm/job_directory.h"
#include "core/execution/slurm/job_json.h"
#include "core/formats/text/canonical_json.h"

namespace dvx {

namespace {

using Json = nlohmann::json;

constexpr std::string_view kEnding = ".run";

std::string place_of(Repository& repository) {
  return join_path(repository.dvx_dir(), "jobs");
}

std::vector<std::string> files_in(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(beneath::open_directory(directory), ::closedir);
  std::vector<std::string> files;
  if (!open) return files;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name.ends_with(kEnding)) files.push_back(join_path(directory, name));
  }
  std::ranges::sort(files);
  return files;
}

std::string text_of(const RunIntent& intent) {
  return canonical_json(Json{{"dvx_job", kJobVersion},
                             {"stages", intent.stages},
                             {"executor", intent.executor},
                             {"keep_going", intent.keep_going}}) +
         "\n";
}

RunIntent intent_of(const std::string& text, const std::string& file) {
  const Json json = parse_job_json(text, file);
  try {
    return {.stages = json.at("stages").get<std::vector<std::string>>(),
            .executor = json.at("executor").get<std::string>(),
            .keep_going = json.at("keep_going").get<bool>()};
  } catch (const Json::exception& error) {
    fail_with_damaged_job(file, error.what());
  }
}

}  // namespace

// Locked before it has its name: nobody may think that it was left.
UnfinishedRun UnfinishedRun::begin(Repository& repository, const RunIntent& intent) {
  make_directories(place_of(repository));
  const std::string file =
      join_path(place_of(repository), new_submission_id(repository) + std::string(kEnding));
  const std::string unfinished = file + ".new";
  write_file_atomically(unfinished, text_of(intent));
  FileLock lock = FileLock::acquire(unfinished, LockMode::Exclusive);
  if (beneath::rename(unfinished, file) != 0) throw system_error("write", file);
  fsync_directory(place_of(repository));
  return {file, intent, std::move(lock)};
}

std::vector<UnfinishedRun> UnfinishedRun::take_over(Repository& repository) {
  std::vector<UnfinishedRun> left;
  for (const std::string& file : files_in(place_of(repository))) {
    auto lock = FileLock::try_acquire(file, LockMode::Exclusive);
    const auto text = lock ? read_file_if_exists(file) : std::nullopt;
    if (!text) continue;
    if (text->empty()) {  // it was finished, and the lock has made it anew
      beneath::remove_file(file);
      continue;
    }
    left.push_back({file, intent_of(*text, file), std::move(*lock)});
  }
  return left;
}

bool UnfinishedRun::is_somebody_at_work(Repository& repository) {
  const auto files = files_in(place_of(repository));
  return std::ranges::any_of(files, [](const std::string& file) {
    return exists(file) && !FileLock::try_acquire(file, LockMode::Exclusive);
  });
}

void UnfinishedRun::finish() {
  if (!lock_) return;
  beneath::remove_file(file_);
  lock_.reset();
  beneath::remove_directory(parent_path(file_));  // when it was the last file
}

}  // namespace dvx
