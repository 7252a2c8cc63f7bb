#include "hooks/pre_commit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/formats/pointer_file.h"
#include "core/workspace/glob.h"
#include "core/workspace/pipelines.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/stored.h"
#include "core/workspace/tracked.h"
#include "core/workspace/unfinished_checkout.h"
#include "hooks/data_kind.h"

namespace dvx {

namespace {

constexpr std::uint64_t kDefaultMaxSize = 1 << 20;   // for any file
constexpr std::uint64_t kDefaultDataSize = 1 << 10;  // for a file whose name says that it is data
constexpr std::uint32_t kSymlinkMode = 0120000, kSubmoduleMode = 0160000;

struct StagedPointer {
  std::string file;  // the path of the pointer
  std::string blob_id;
  std::string path;  // the path of the data
  PointerFile pointer;
};

// The pointers and outputs of dvx according to git's index, whatever lies in the work tree.
struct IndexedTracking {
  std::vector<StagedPointer> pointers;
  std::set<std::string> cached_outputs, git_outputs;

  std::optional<std::string> tracked_around(const std::string& path) const {
    for (const StagedPointer& each : pointers) {
      if (is_beneath(path, each.path)) return each.path;
    }
    for (const std::string& output : cached_outputs) {
      if (is_beneath(path, output)) return output;
    }
    return std::nullopt;
  }
};

class PreCommitCheck {
 public:
  PreCommitCheck(Repository& repository, Progress& progress)
      : repository_(repository), progress_(progress), tracking_(read_tracking()) {}

  PreCommitVerdict run() {
    const auto staged = repository_.git().staged_changes();
    check_staged_files(staged);
    check_recorded();
    check_objects(staged);
    std::ranges::stable_sort(verdict_.findings, {}, &PreCommitFinding::path);
    return std::move(verdict_);
  }

 private:
  using StagedChange = GitRepository::StagedChange;

  IndexedTracking read_tracking() {
    IndexedTracking tracking;
    for (const GitIndexEntry& entry : repository_.git().index_entries()) {
      if (!is_pointer_path(entry.path) || entry.mode == kSymlinkMode || entry.mode == kSubmoduleMode)
        continue;
      try {
        PointerFile pointer = parse_pointer(repository_.git().read_blob(entry.blob_id), entry.path);
        const std::string path = join_path(parent_path(entry.path), pointer.path);
        tracking.pointers.push_back({entry.path, entry.blob_id, path, std::move(pointer)});
      } catch (const Error& error) {
        verdict_.warnings.push_back(error.message());
      }
    }
    read_outputs(tracking);
    return tracking;
  }

  void read_outputs(IndexedTracking& tracking) {
    try {
      const auto pipeline = pipeline_in_index(repository_);
      if (!pipeline) return;
      for (const Stage& stage : pipeline->stages) {
        for (const StageOutput& out : stage.outs) {
          (out.cache ? tracking.cached_outputs : tracking.git_outputs).insert(out.path);
        }
      }
    } catch (const Error& error) {
      verdict_.warnings.push_back(error.message());
    }
  }

  void report(PreCommitFindingKind kind, std::string path, std::string message, std::string hint) {
    verdict_.findings.push_back(
        {.kind = kind, .path = std::move(path), .message = std::move(message), .hint = std::move(hint)});
  }

  void check_staged_files(const std::vector<StagedChange>& staged) {
    // Content that git has already: a file that was only moved is not reported.
    std::set<std::string> known_blobs;
    for (const StagedChange& change : staged) {
      if (change.deleted) known_blobs.insert(change.entry.blob_id);
    }
    for (const StagedChange& change : staged) {
      const GitIndexEntry& entry = change.entry;
      if (change.deleted || entry.mode == kSymlinkMode || entry.mode == kSubmoduleMode) continue;
      if (is_pointer_path(entry.path) || is_written_by_dvx(entry.path)) continue;
      if (const auto around = tracking_.tracked_around(entry.path)) {
        if (!change.before) report_inside(entry.path, *around);
      } else if (!known_blobs.contains(entry.blob_id) && looks_like_data(change)) {
        report(PreCommitFindingKind::UnversionedData, entry.path,
               fmt::format("'{}' is data that dvx does not track", display_path(entry.path)),
               hint_for_data(change));
        verdict_.findings.back().size = entry.size;
      }
    }
  }

  bool is_written_by_dvx(const std::string& path) const {
    if (path == kLockFileName || file_name(path) == kPipelineFileName || is_beneath(path, ".dvx"))
      return true;
    return std::ranges::any_of(tracking_.git_outputs,
                               [&](const std::string& output) { return is_beneath(path, output); });
  }

  void report_inside(const std::string& path, const std::string& around) {
    std::string hint = fmt::format("git rm --cached {}", paste_quote(path));
    if (!tracking_.cached_outputs.contains(around))
      hint += fmt::format(" && dvx add {}", paste_quote(around));
    report(PreCommitFindingKind::InsideTrackedData, path,
           path == around
               ? fmt::format("'{}' is tracked by dvx and must not be in git too", display_path(path))
               : fmt::format("'{}' lies in '{}', which dvx tracks", display_path(path), display_path(around)),
           hint);
  }

  bool looks_like_data(const StagedChange& change) {
    if (is_allowed(change.entry.path)) return false;
    const std::uint64_t largest = repository_.config().size_or("hooks.maxSize", kDefaultMaxSize);
    const std::uint64_t largest_data = repository_.config().size_or("hooks.dataSize", kDefaultDataSize);
    // A file that git keeps already was accepted by somebody, so it is reported only when it grows beyond the
    // limit.
    if (change.before) return change.entry.size > largest && change.before->size <= largest;
    return change.entry.size > largest ||
           (has_data_extension(change.entry.path) && change.entry.size > largest_data);
  }

  bool is_allowed(const std::string& path) {
    const std::string patterns = repository_.config().get_or("hooks.allow", "");
    for (std::size_t start = 0; start < patterns.size();) {
      const std::size_t end = std::min(patterns.find(' ', start), patterns.size());
      const std::string_view pattern = std::string_view(patterns).substr(start, end - start);
      const bool whole_path = pattern.find('/') != std::string_view::npos;
      if (!pattern.empty() && glob_matches(pattern, whole_path ? std::string_view(path) : file_name(path)))
        return true;
      start = end + 1;
    }
    return false;
  }

  // `dvx add` itself removes a file from git's index when the file is only staged.
  static std::string hint_for_data(const StagedChange& change) {
    const std::string path = paste_quote(change.entry.path);
    return change.before ? fmt::format("git rm --cached {0} && dvx add {0}", path)
                         : fmt::format("dvx add {}", path);
  }

  // Checks only data that is present, because data that was never checked out cannot have changed.
  void check_recorded() {
    std::vector<const StagedPointer*> present;
    std::vector<std::string> paths;
    for (const StagedPointer& each : tracking_.pointers) {
      if (!exists(repository_.path(each.path))) continue;
      present.push_back(&each);
      paths.push_back(each.path);
    }
    if (paths.empty()) return;
    const auto snapshots =
        take_snapshots(repository_, paths, {.mode = IngestMode::HashOnly, .on_tree = {}}, progress_);
    for (std::size_t i = 0; i < present.size(); ++i) check_recorded(*present[i], snapshots[i]);
  }

  void check_recorded(const StagedPointer& staged, const Snapshot& snapshot) {
    for (const FailedPath& failed : snapshot.failed) verdict_.warnings.push_back(failed.error.message());
    if (!snapshot.data || *snapshot.data == staged.pointer.data) return;
    // `dvx commit` does not record such data either.
    if (unfinished_.concern(staged.path)) {
      verdict_.warnings.push_back(
          fmt::format("'{}' is there in part, as its checkout was cut short: it stays as recorded",
                      display_path(staged.path)));
      return;
    }
    // The data is recorded in the pointer file, and the user deliberately left that file out of this commit.
    const auto text = read_file_if_exists(repository_.path(staged.file));
    if (text && data_named_in(*text, staged.file) == *snapshot.data) return;
    if (lies_as_in_head(staged, *snapshot.data)) {
      verdict_.warnings.push_back(fmt::format(
          "'{}' lies here as HEAD records it, and the pointer that is staged names another version",
          display_path(staged.path)));
      return;
    }
    report(PreCommitFindingKind::UnrecordedChange, staged.path,
           fmt::format("'{}' changed and is not recorded", display_path(staged.path)),
           fmt::format("dvx add {}", paste_quote(staged.path)));
  }

  // Says whether the data is the version that HEAD records. Then nothing was edited.
  bool lies_as_in_head(const StagedPointer& staged, const DataRef& data) {
    const auto head = repository_.git().head();
    const auto text = head ? repository_.git().read_at(*head, staged.file) : std::nullopt;
    return text && data_named_in(*text, staged.file) == data;
  }

  static std::optional<DataRef> data_named_in(std::string_view text, const std::string& file) {
    try {
      return parse_pointer(text, file).data;
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  void check_objects(const std::vector<StagedChange>& staged) {
    std::map<std::string, const StagedPointer*> by_file;
    for (const StagedPointer& each : tracking_.pointers) by_file[each.file] = &each;
    for (const StagedChange& change : staged) {
      const auto found = by_file.find(change.entry.path);
      if (change.deleted || found == by_file.end() || comes_from_merge(change.entry)) continue;
      const StagedPointer& pointer = *found->second;
      if (stored_whole(repository_.store(), pointer.pointer.data)) continue;
      const std::string quoted = paste_quote(pointer.path);
      report(PreCommitFindingKind::MissingObjects, pointer.path,
             fmt::format("the bytes of '{}' are not in the store", display_path(pointer.path)),
             exists(repository_.path(pointer.path)) ? "dvx add " + quoted : "dvx fetch " + quoted);
    }
  }

  // Says whether the entry comes from the other side of a merge in progress. The author of that side is
  // responsible for storing the bytes of its pointers.
  bool comes_from_merge(const GitIndexEntry& entry) {
    const auto text = read_file_if_exists(join_path(repository_.git().git_dir(), "MERGE_HEAD"));
    if (!text) return false;
    for (std::size_t start = 0; start < text->size();) {
      const std::size_t end = std::min(text->find('\n', start), text->size());
      const std::string commit = text->substr(start, end - start);
      if (!commit.empty() &&
          repository_.git().read_at(commit, entry.path) == repository_.git().read_blob(entry.blob_id))
        return true;
      start = end + 1;
    }
    return false;
  }

  Repository& repository_;
  Progress& progress_;
  const UnfinishedCheckouts unfinished_{repository_};
  PreCommitVerdict verdict_;
  IndexedTracking tracking_;
};

}  // namespace

std::string_view pre_commit_finding_name(PreCommitFindingKind kind) {
  switch (kind) {
    case PreCommitFindingKind::UnversionedData:
      return "unversioned-data";
    case PreCommitFindingKind::InsideTrackedData:
      return "inside-tracked-data";
    case PreCommitFindingKind::UnrecordedChange:
      return "unrecorded-change";
    case PreCommitFindingKind::MissingObjects:
      return "missing-objects";
  }
  return "";
}

PreCommitVerdict check_pre_commit(Repository& repository, Progress& progress) {
  const auto& environment = repository.surroundings().environment;
  // `git commit <path>` and `git commit -a` use a temporary index of their own.
  const auto index = environment.find("GIT_INDEX_FILE");
  if (index != environment.end() && !index->second.empty()) repository.git().use_index_file(index->second);
  return PreCommitCheck(repository, progress).run();
}

}  // namespace dvx
