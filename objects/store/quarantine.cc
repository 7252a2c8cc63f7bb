#include "objects/store/quarantine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "objects/pack/sequential_file.h"

namespace dvx {

namespace {
constexpr std::string_view kQuarantine = "quarantine";
constexpr std::size_t kPiece = std::size_t{1} << 20;

void copy_file(const std::string& from, const std::string& to) {
  const UniqueFd in = open_file(from, O_RDONLY);
  SequentialFile out(to);
  std::vector<std::byte> piece(kPiece);
  while (const std::size_t n = read_up_to(in.get(), piece, from)) out.append(std::span(piece).first(n));
  out.finish();
}

// Returns false when the name is taken. Makes a copy where no link is possible: a file of another user may
// not be linked to (fs.protected_hardlinks), and some file systems have no links.
bool link_or_copy(const std::string& from, const std::string& to) {
  if (beneath::link(from, to) == 0) return true;
  if (errno == EEXIST) return false;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS && errno != EMLINK)
    throw system_error("keep", from);
  if (exists(to)) return false;
  copy_file(from, to);
  return true;
}
}  // namespace

std::string link_to_quarantine(const std::string& store_directory, const std::string& file) {
  const std::string directory = join_path(store_directory, kQuarantine);
  make_directories(directory);
  std::string name = file.substr(file.find('/') + 1);
  std::ranges::replace(name, '/', '-');
  std::string kept = name;
  for (int i = 1; !link_or_copy(join_path(store_directory, file), join_path(directory, kept)); ++i)
    kept = fmt::format("{}.{}", name, i);
  fsync_directory(directory);
  return join_path(kQuarantine, kept);
}

std::string move_to_quarantine(const std::string& store_directory, const std::string& file) {
  const std::string path = join_path(store_directory, file);
  if (!exists(path)) return {};
  std::string kept = link_to_quarantine(store_directory, file);
  if (beneath::remove_file(path) != 0 && errno != ENOENT) throw system_error("move", path);
  fsync_directory(parent_path(path));
  return kept;
}

}  // namespace dvx
