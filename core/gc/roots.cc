#include "core/gc/roots.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/formats/lock_file.h"
#include "core/formats/pointer_file.h"
#include "core/workspace/project_files.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

bool names_objects(std::string_view name) {
  return is_pointer_path(name) || name == kLockFileName;
}

// As the user would say which file it is.
std::string label_of(const RootSource& source) {
  if (source.blob_id.empty()) return join_path(source.repository, source.path);
  return fmt::format("{}:{}", source.commit.empty() ? source.where : source.commit.substr(0, 12),
                     source.path);
}

std::string forget_hint(const std::string& root) {
  return fmt::format("dvx gc --forget {}   (if it needs nothing of this store any more)", root);
}

// git trusts no repository of another user until it is told to; which one, it leaves open.
std::string hint_for(const Error& error, const StoreUser& user) {
  const std::string trust = "git config --global --add safe.directory ";
  if (!error.hint().starts_with(trust)) return error.hint();
  const bool has_tree = file_name(user.common_dir) == ".git";
  return trust + paste_quote(has_tree ? parent_path(user.common_dir) : user.common_dir);
}

// No pointer is larger; and what may not be read in an ignored directory is none of ours.
std::optional<std::string> read_if_small(const std::string& path) {
  constexpr std::uint64_t kLargestPointer = std::uint64_t{1} << 20;
  try {
    const auto st = stat_if_exists(path);
    if (!st || !S_ISREG(st->st_mode)) return std::nullopt;
    return read_file(path, kLargestPointer);
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::string real_path(const std::string& path) {
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);
  return failed ? path : real.string();
}

}  // namespace

Roots::Roots(const std::vector<StoreUser>& users, RootOptions options) : options_(std::move(options)) {
  for (const StoreUser& user : users) {
    if (!is_directory(user.common_dir)) {
      throw Error(ErrorKind::NotFound,
                  fmt::format("repository '{}' uses this store and is not there (its git directory was '{}')",
                              user.root, user.common_dir),
                  forget_hint(user.root), user.root);
    }
    const std::string key = real_path(user.common_dir);
    auto found = reaches_.find(key);
    if (found == reaches_.end()) {
      try {
        found =
            reaches_.emplace(key, Reach{GitReach(key, options_.reflog_since, names_objects), {}, {}}).first;
      } catch (const Error& e) {
        throw Error(
            e.kind(),
            fmt::format("repository '{}' uses this store and cannot be read: {}", user.root, e.message()),
            e.hint().empty() ? forget_hint(user.root) : hint_for(e, user), user.root);
      }
    }
    found->second.roots.insert(real_path(user.root));
  }
  for (auto& [git_dir, reach] : reaches_) {
    for (const GitWorktree& worktree : reach.git.worktrees()) {
      if (worktree.path.empty()) continue;
      for (const std::string& root : reach.roots) {
        if (const auto beneath = path_beneath(root, real_path(worktree.path)))
          reach.prefixes.insert(*beneath);
      }
    }
  }
}

std::uint64_t Roots::commits() const {
  std::uint64_t total = 0;
  for (const auto& [git_dir, reach] : reaches_) total += reach.git.commits();
  return total;
}

// Work trees first, then what git holds: `git stash` and `git commit` move names in this direction. The other
// direction is why a collection looks twice.
void Roots::collect(const RootVisitor& visitor) {
  work_trees_ = names_ = 0;
  for (auto& [git_dir, reach] : reaches_) {
    collect_work_trees(reach, visitor);
    const std::string repository = git_dir;
    reach.git.walk([&](const ReachedFile& file) {
      if (options_.disregarded.contains(file.blob_id)) return;
      const RootSource source{.repository = repository,
                              .where = file.tip,
                              .commit = file.commit,
                              .path = file.path,
                              .blob_id = file.blob_id,
                              .stage = {}};
      read(file.content, source, label_of(source), visitor);
    });
  }
}

void Roots::collect_work_trees(const Reach& reach, const RootVisitor& visitor) {
  for (const GitWorktree& worktree : reach.git.worktrees()) {
    if (worktree.path.empty()) continue;
    if (!is_directory(worktree.path)) {
      // It may be on a disk that is not mounted now.
      throw Error(ErrorKind::NotFound, fmt::format("the work tree '{}' is not there", worktree.path),
                  "git worktree prune   (if it was removed)", worktree.path);
    }
    for (const std::string& prefix : reach.prefixes) {
      const std::string root = join_path(worktree.path, prefix);
      if (is_directory(root)) collect_work_tree(root, visitor);  // else: not in what is checked out there
    }
  }
}

void Roots::collect_work_tree(const std::string& root, const RootVisitor& visitor) {
  ++work_trees_;
  const auto source_of = [&](const std::string& path) {
    return RootSource{
        .repository = root, .where = "work tree", .commit = {}, .path = path, .blob_id = {}, .stage = {}};
  };
  PointersAtHand at_hand = find_pointers_at_hand(root);
  at_hand.pointers.emplace_back(kLockFileName);
  for (const std::string& path : at_hand.pointers) {
    const auto text = read_file_if_exists(join_path(root, path));
    if (text) read(*text, source_of(path), label_of(source_of(path)), visitor);
  }
  for (const std::string& path : at_hand.ignored) {
    if (const auto text = read_if_small(join_path(root, path))) read_ignored(*text, source_of(path), visitor);
  }
}

// A file in an ignored directory may be a pointer of ours, perhaps with a merge conflict in it, or of another
// program. Every id that it spells out is kept, as data and as a tree, since the text may say neither.
void Roots::read_ignored(std::string_view text, const RootSource& source, const RootVisitor& visitor) {
  try {
    visitor.data(parse_pointer(text, label_of(source)).data, source);
    ++names_;
    return;
  } catch (const Error&) {
    // Then for the ids alone.
  }
  constexpr std::string_view kTree = "tree: sha256:", kFile = "file: sha256:";
  constexpr std::size_t kDigits = 64;
  for (const std::string_view word : {kTree, kFile}) {
    for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      const auto id = ObjectId::parse(text.substr(at + word.size(), kDigits));
      if (!id) continue;
      DataRef data;
      data.kind = word == kTree ? DataKind::Tree : DataKind::File;
      data.id = *id;
      visitor.data(data, source);
      ++names_;
    }
  }
}

void Roots::read(std::string_view text, const RootSource& source, const std::string& name,
                 const RootVisitor& visitor) {
  try {
    if (file_name(source.path) != kLockFileName) {
      ++names_;
      visitor.data(parse_pointer(text, name).data, source);
      return;
    }
    for (const auto& [stage, entry] : parse_lock(text, name).stages) {
      RootSource of_stage = source;
      of_stage.stage = stage;
      for (const auto* paths : {&entry.outs, &entry.deps}) {
        for (const LockedPath& path : *paths) visitor.data(path.data, of_stage);
      }
      visitor.run(entry.run, of_stage);
      ++names_;
    }
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Config) throw;
    const std::string hint = source.blob_id.empty()
                                 ? e.hint()
                                 : fmt::format("dvx gc --disregard {}   (if it names nothing that you need)",
                                               source.blob_id.substr(0, 40));
    throw Error(e.kind(), fmt::format("{}; what it names is not known, so nothing was removed", e.message()),
                hint, e.path());
  }
}

std::vector<RootSource> Roots::holders(const std::set<std::string>& blob_ids) const {
  std::vector<RootSource> found;
  for (const auto& [git_dir, reach] : reaches_) {
    for (ReachedFile& file : reach.git.holders(blob_ids)) {
      found.push_back({.repository = git_dir,
                       .where = std::move(file.tip),
                       .commit = std::move(file.commit),
                       .path = std::move(file.path),
                       .blob_id = std::move(file.blob_id),
                       .stage = {}});
    }
  }
  return found;
}

}  // namespace dvx
