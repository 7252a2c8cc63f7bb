#include "core/execution/stage/begun_stage.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "objects/model/object_id.h"

namespace dvx {

namespace {

// Names of stages may hold slashes and be longer than a file's.
std::string begun_file(Repository& repository, const std::string& stage) {
  return join_path(repository.dvx_dir(), fmt::format("begun/{}", ObjectId::of(stage).to_hex()));
}

}  // namespace

void note_begun(Repository& repository, const std::string& stage) {
  const std::string file = begun_file(repository, stage);
  make_directories(parent_path(file));
  open_file(file, O_WRONLY | O_CREAT);
}

bool has_begun(Repository& repository, const std::string& stage) {
  return exists(begun_file(repository, stage));
}

void forget_begun(Repository& repository, const std::string& stage) {
  const std::string file = begun_file(repository, stage);
  if (beneath::remove_file(file) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return;
    throw system_error("remove", file);
  }
  beneath::remove_directory(parent_path(file));  // of the last one
}

}  // namespace dvx
