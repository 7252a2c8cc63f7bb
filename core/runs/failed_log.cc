#include "core/runs/failed_log.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/file_time.h"
#include "base/path.h"
#include "objects/model/object_id.h"

namespace dvx {

namespace {

// Names of stages may hold slashes and be longer than a file's.
std::string log_file_of(Repository& repository, const std::string& stage) {
  return join_path(repository.dvx_dir(), fmt::format("logs/{}.log", ObjectId::of(stage).to_hex()));
}

}  // namespace

void keep_failed_log(Repository& repository, const std::string& stage, const std::string& log_file) {
  const std::string file = log_file_of(repository, stage);
  make_directories(parent_path(file));
  if (beneath::rename(log_file, file) != 0 && errno != ENOENT) throw system_error("write", file);
}

void drop_failed_log(Repository& repository, const std::string& stage) {
  const std::string file = log_file_of(repository, stage);
  if (beneath::remove_file(file) != 0 && errno != ENOENT) throw system_error("remove", file);
  beneath::remove_directory(parent_path(file));  // of the last one
}

bool has_failed_logs(const Repository& repository) {
  return is_directory(join_path(repository.dvx_dir(), "logs"));
}

std::optional<FailedLog> find_failed_log(Repository& repository, const std::string& stage) {
  FailedLog log{.file = log_file_of(repository, stage)};
  const auto st = stat_if_exists(log.file);
  if (!st) return std::nullopt;
  log.failed_ns = to_ns(st->st_mtim);
  log.size = static_cast<std::uint64_t>(st->st_size);
  return log;
}

}  // namespace dvx
