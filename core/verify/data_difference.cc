#include "core/verify/data_difference.h"

#include <fcntl.h>

#include <algorithm>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/workspace/data_within.h"

namespace dvx {

namespace {

// Takes the recorded bytes and reads the file beside them.
class ComparingSink final : public Sink {
 public:
  explicit ComparingSink(const std::string& file) : path_(file), fd_(open_file(file, O_RDONLY)) {}

  void write(std::span<const std::byte> bytes) override {
    if (difference_) return;
    buffer_.resize(bytes.size());
    const std::size_t got = read_up_to(fd_.get(), buffer_, path_);
    const auto [ours, theirs] =
        std::mismatch(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(got), buffer_.begin());
    const auto same = static_cast<std::uint64_t>(ours - bytes.begin());
    if (same < bytes.size()) difference_ = offset_ + same;
    offset_ += bytes.size();
  }

  std::uint64_t difference() const { return difference_.value_or(offset_); }

 private:
  std::string path_;
  UniqueFd fd_;
  std::vector<std::byte> buffer_;
  std::uint64_t offset_ = 0;
  std::optional<std::uint64_t> difference_;
};

class TreeComparison {
 public:
  TreeComparison(const ObjectStore& store, const KnownTrees& rebuilt_trees, const std::string& rebuilt_path)
      : store_(store), rebuilt_trees_(rebuilt_trees), rebuilt_path_(rebuilt_path) {}

  void compare(const std::string& path, const DataRef& recorded, const DataRef& rebuilt) {
    if (recorded.id == rebuilt.id && recorded.kind == rebuilt.kind) return;
    if (recorded.kind != rebuilt.kind) {
      found_.push_back({DifferenceKind::Mode, path, recorded.id, rebuilt.id, {}});
    } else if (recorded.kind == DataKind::Tree) {
      compare_trees(path, recorded.id, rebuilt.id);
    } else {
      const std::string file = path.empty() ? rebuilt_path_ : join_path(rebuilt_path_, path);
      const auto offset = first_difference(store_, recorded.id, file);
      found_.push_back({DifferenceKind::Content, path, recorded.id, rebuilt.id, offset});
    }
  }

  std::vector<DataDifference> take() { return std::move(found_); }

 private:
  void compare_trees(const std::string& path, const ObjectId& recorded_id, const ObjectId& rebuilt_id) {
    const std::optional<Tree> known = read_tree(recorded_id);
    if (!known) {
      found_.push_back({DifferenceKind::Content, path, recorded_id, rebuilt_id, {}});
      return;
    }
    const Tree& recorded = *known;
    const Tree& rebuilt = rebuilt_trees_.at(rebuilt_id);
    for (const TreeEntry& entry : recorded.entries()) {
      const TreeEntry* other = rebuilt.find(entry.name);
      const std::string below = join_path(path, entry.name);
      if (other == nullptr) {
        found_.push_back({DifferenceKind::Missing, below, entry.id, {}, {}});
      } else if (entry.kind != other->kind && entry.id == other->id) {
        found_.push_back({DifferenceKind::Mode, below, entry.id, other->id, {}});
      } else if (entry.kind != other->kind &&
                 (entry.kind == EntryKind::Symlink || other->kind == EntryKind::Symlink)) {
        found_.push_back({DifferenceKind::Mode, below, entry.id, other->id, {}});
      } else if (entry.kind == EntryKind::Symlink) {
        if (entry.id != other->id)
          found_.push_back({DifferenceKind::Content, below, entry.id, other->id, {}});
      } else {
        compare(below, data_of(entry), data_of(*other));
      }
    }
    for (const TreeEntry& entry : rebuilt.entries()) {
      if (recorded.find(entry.name) != nullptr) continue;
      found_.push_back({DifferenceKind::Unexpected, join_path(path, entry.name), {}, entry.id, {}});
    }
  }

  // nullopt when it is absent or damaged.
  std::optional<Tree> read_tree(const ObjectId& id) const {
    try {
      return store_.read_tree(id);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::Corruption) return std::nullopt;
      throw;
    }
  }

  const ObjectStore& store_;
  const KnownTrees& rebuilt_trees_;
  const std::string& rebuilt_path_;
  std::vector<DataDifference> found_;
};

}  // namespace

std::string_view difference_name(DifferenceKind kind) {
  switch (kind) {
    case DifferenceKind::Content:
      return "content";
    case DifferenceKind::Missing:
      return "missing";
    case DifferenceKind::Unexpected:
      return "unexpected";
    case DifferenceKind::Mode:
      break;
  }
  return "mode";
}

std::optional<std::uint64_t> first_difference(const ObjectStore& store, const ObjectId& recorded,
                                              const std::string& file) {
  ComparingSink sink(file);
  try {
    store.read(recorded, sink);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::NotFound || error.kind() == ErrorKind::Corruption) return std::nullopt;
    throw;
  }
  return sink.difference();
}

std::vector<DataDifference> data_differences(const ObjectStore& store, const DataRef& recorded,
                                             const DataRef& rebuilt, const KnownTrees& rebuilt_trees,
                                             const std::string& rebuilt_path) {
  if (recorded == rebuilt) return {};
  if (recorded.id == rebuilt.id) return {{DifferenceKind::Mode, {}, recorded.id, rebuilt.id, {}}};
  TreeComparison comparison(store, rebuilt_trees, rebuilt_path);
  comparison.compare({}, recorded, rebuilt);
  std::vector<DataDifference> found = comparison.take();
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return found;
}

}  // namespace dvx
