#include "core/workspace/snapshot.h"

#include <utility>

#include "core/workspace/recorded_modes.h"
#include "objects/store/object_store.h"

namespace dvx {

namespace {

class TreeBuilder {
 public:
  TreeBuilder(Repository& repository, const SnapshotOptions& options, WorkspaceScan& scan)
      : repository_(repository), options_(options), scan_(scan) {}

  Snapshot snapshot(ScannedPath subject) {
    Snapshot result;
    result.hashed_files = subject.hashed_files;
    result.reused_files = subject.reused_files;
    result.failed = std::move(subject.failed);
    result.damaged = std::move(subject.damaged);
    if (!result.failed.empty()) return result;
    if (subject.file) {
      const WalkedEntry& file = *subject.file;
      result.data = DataRef{DataKind::File, file.id, file.stamp.size, 1, file.is_executable()};
    } else if (subject.top) {
      const TreeEntry tree = build(*subject.top);
      result.data = DataRef{DataKind::Tree, tree.id, tree.size, tree.files, false};
    }
    return result;
  }

 private:
  // Bottom-up; what was built is let go.
  TreeEntry build(WalkedDirectory& directory) {
    std::vector<TreeEntry> entries;
    entries.reserve(directory.entries.size());
    for (const WalkedEntry& walked : directory.entries) {
      TreeEntry entry;
      if (walked.kind == WalkedKind::Directory) {
        entry = build(*directory.children[walked.child]);
        directory.children[walked.child].reset();
      } else {
        entry.kind = walked.kind == WalkedKind::Symlink ? EntryKind::Symlink
                     : walked.is_executable()           ? EntryKind::Executable
                                                        : EntryKind::File;
        entry.size = walked.stamp.size;
        entry.id = walked.id;
      }
      entry.name = directory.name(walked);
      entries.push_back(std::move(entry));
    }
    const Tree tree(std::move(entries));
    const std::string bytes = tree.serialize();
    TreeEntry out;
    out.kind = EntryKind::Directory;
    out.size = tree.total_size();
    out.files = tree.total_files();
    out.id = ObjectId::of(bytes);
    if (options_.mode == IngestMode::Store && !repository_.store().contains(out.id))
      scan_.ingest().add_bytes(bytes);
    if (options_.on_tree) options_.on_tree(directory.path, out.id, tree);
    return out;
  }

  Repository& repository_;
  const SnapshotOptions& options_;
  WorkspaceScan& scan_;
};

}  // namespace

Snapshot take_snapshot(Repository& repository, const std::string& path, const SnapshotOptions& options,
                       Progress& progress) {
  return std::move(take_snapshots(repository, {path}, options, progress).front());
}

std::vector<Snapshot> take_snapshots(Repository& repository, const std::vector<std::string>& paths,
                                     const SnapshotOptions& options, Progress& progress) {
  if (paths.empty()) return {};
  WorkspaceScan scan(repository,
                     {.mode = options.mode,
                      .fresh = options.fresh,
                      .into = options.into,
                      .interrupted = options.interrupted},
                     progress);
  TreeBuilder trees(repository, options, scan);
  std::vector<Snapshot> out;
  std::vector<ScannedPath> scanned = scan.run(paths);
  if (!keeps_modes(repository)) take_recorded_modes(repository, scanned);
  for (ScannedPath& subject : scanned) out.push_back(trees.snapshot(std::move(subject)));
  scan.finish();
  return out;
}

}  // namespace dvx
