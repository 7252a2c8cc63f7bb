#include "core/verify/rebuilt_outputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"

namespace dvx {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFindingsOfAnOutput = 10;

std::string words(const DataDifference& difference) {
  switch (difference.kind) {
    case DifferenceKind::Missing:
      return "is recorded, but was not made in a clean copy";
    case DifferenceKind::Unexpected:
      return "was made in a clean copy, but is not recorded";
    case DifferenceKind::Mode:
      return "has another mode or kind than recorded";
    case DifferenceKind::Content:
      break;
  }
  return fmt::format("differs{}: recorded {}, rebuilt {}",
                     difference.offset ? fmt::format(" at offset {}", *difference.offset) : "",
                     difference.recorded->short_hex(), difference.rebuilt->short_hex());
}

// fs::copy() does not replace links that an earlier rebuild left, and writes through them.
void make_room(const std::string& from, const std::string& to) {
  const auto remove_file = [](const std::string& path) {
    const auto status = stat_if_exists(path);
    if (status && !S_ISDIR(status->st_mode)) remove_tree(path);
  };
  const auto remove_link = [](const std::string& path) {
    const auto status = stat_if_exists(path);
    if (status && S_ISLNK(status->st_mode)) remove_tree(path);
  };
  if (fs::is_symlink(from) || !is_directory(from)) return remove_file(to);
  remove_link(to);
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(from)) {
    const std::string path = join_path(to, *path_beneath(entry.path().string(), from));
    if (entry.is_symlink() || !entry.is_directory()) {
      remove_file(path);
    } else {
      remove_link(path);
    }
  }
}

}  // namespace

RebuildOutcome RebuiltOutputs::compare(const LockedStage& locked, RebuiltStage& result,
                                       std::vector<Finding>& findings, Progress& progress) {
  RebuildOutcome outcome = RebuildOutcome::Identical;
  KnownTrees trees;
  std::vector<std::string> paths;
  for (const LockedPath& out : locked.outs) paths.push_back(out.path);
  const SnapshotOptions options{
      .mode = IngestMode::HashOnly,
      .on_tree = [&](const std::string&, const ObjectId& id, const Tree& tree) { trees.emplace(id, tree); }};
  const std::vector<Snapshot> snapshots = take_snapshots(copy_.repository(), paths, options, progress);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    ++result.outputs;
    const RebuildOutcome one = compare_one(locked.outs[i], snapshots[i], trees, result, findings);
    if (one != RebuildOutcome::Identical && outcome != RebuildOutcome::Failed) outcome = one;
  }
  return outcome;
}

RebuildOutcome RebuiltOutputs::compare_one(const LockedPath& out, const Snapshot& rebuilt,
                                           const KnownTrees& trees, RebuiltStage& result,
                                           std::vector<Finding>& findings) {
  if (!rebuilt.failed.empty()) throw rebuilt.failed.front().error;
  if (!rebuilt.data) {
    findings.push_back(
        {FindingKind::RebuildFailed, result.stage, out.path, "was not made in a clean copy", "dvx status"});
    return RebuildOutcome::Failed;
  }
  result.bytes += rebuilt.data->size;
  std::vector<DataDifference> differences =
      data_differences(original_.store(), out.data, *rebuilt.data, trees, copy_.join(out.path));
  if (differences.empty()) return RebuildOutcome::Identical;
  for (DataDifference& difference : differences) {
    difference.path = difference.path.empty() ? out.path : join_path(out.path, difference.path);
    find_offset_in_work_tree(difference);
  }
  tell(result.stage, differences, findings);
  keep(out.path);
  auto& all = result.differences;
  all.insert(all.end(), differences.begin(), differences.end());
  return RebuildOutcome::Different;
}

// An output that git keeps is not in the store, but the workspace may have what is recorded.
void RebuiltOutputs::find_offset_in_work_tree(DataDifference& difference) {
  if (difference.kind != DifferenceKind::Content || difference.offset || !difference.recorded) return;
  const std::string recorded = original_.path(difference.path);
  if (!exists(recorded) || is_directory(recorded) || is_directory(copy_.join(difference.path))) return;
  const std::string bytes = read_file(recorded);
  if (ObjectId::of(bytes) != *difference.recorded) return;
  const std::string rebuilt = read_file(copy_.join(difference.path));
  const std::size_t common = std::min(bytes.size(), rebuilt.size());
  const auto end = bytes.begin() + static_cast<std::ptrdiff_t>(common);
  difference.offset =
      static_cast<std::uint64_t>(std::mismatch(bytes.begin(), end, rebuilt.begin()).first - bytes.begin());
}

void RebuiltOutputs::tell(const std::string& stage, const std::vector<DataDifference>& differences,
                          std::vector<Finding>& findings) const {
  const std::string hint =
      keep_.empty() ? fmt::format("dvx verify --rebuild {} --keep rebuilt", stage) : std::string();
  for (std::size_t i = 0; i < std::min(differences.size(), kMostFindingsOfAnOutput); ++i) {
    findings.push_back(
        {FindingKind::RebuildDiffers, stage, differences[i].path, words(differences[i]), hint});
  }
  if (differences.size() > kMostFindingsOfAnOutput) {
    findings.push_back({FindingKind::RebuildDiffers,
                        stage,
                        {},
                        fmt::format("and {} more files differ", differences.size() - kMostFindingsOfAnOutput),
                        hint});
  }
}

void RebuiltOutputs::keep(const std::string& path) {
  if (keep_.empty()) return;
  const std::string to = join_path(keep_, path);
  const DirectoryGuard guard(keep_);
  make_directories(parent_path(to));
  std::error_code failure;
  make_room(copy_.join(path), to);
  fs::copy(
      copy_.join(path), to,
      fs::copy_options::recursive | fs::copy_options::copy_symlinks | fs::copy_options::overwrite_existing,
      failure);
  if (failure) throw system_error("write", to, failure.value());
}

}  // namespace dvx
