#include "core/git/git_reach.h"

#include <fmt/format.h>
#include <git2.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/directory.h"
#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/git/absent_history.h"
#include "core/git/git_handle.h"
#include "core/git/git_opening.h"
#include "core/git/index_copy.h"
#include "core/git/oid_set.h"

namespace dvx {

namespace {

using GitTag = GitHandle<git_tag, git_tag_free>;

std::optional<git_oid> parse_oid(std::string_view hex) {
  git_oid id;
  if (hex.size() != GIT_OID_HEXSZ || git_oid_fromstrn(&id, hex.data(), hex.size()) != 0 ||
      git_oid_is_zero(&id) != 0)
    return std::nullopt;
  return id;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  return std::string(text);
}

void add_files_below(const std::string& directory, const std::string& prefix, std::vector<std::string>& to) {
  for (const std::string& name : names_in_directory(directory)) {
    const std::string path = join_path(directory, name);
    if (is_directory(path)) {
      add_files_below(path, join_path(prefix, name), to);
    } else if (!name.ends_with(".lock")) {  // git's own, of a write that is under way
      to.push_back(join_path(prefix, name));
    }
  }
}

// Files below a directory as paths from it; none when there is no such directory.
std::vector<std::string> files_below(const std::string& directory) {
  std::vector<std::string> paths;
  add_files_below(directory, "", paths);
  return paths;
}

Error damaged(const std::string& what) {
  return Error(ErrorKind::Corruption, what, "git fsck");
}

// Heads that git writes and never removes: where a branch was before, and what was fetched last. They count
// as long as a reflog would.
bool is_memory(std::string_view head) {
  return head == "ORIG_HEAD" || head == "FETCH_HEAD";
}

bool is_older(const std::string& path, std::int64_t seconds) {
  const auto st = stat_if_exists(path);
  return st && st->st_mtim.tv_sec < seconds;
}

// "old new Name <mail> seconds zone\tmessage"
struct ReflogLine {
  std::string_view before, after;
  std::int64_t seconds = 0;
};

std::optional<ReflogLine> parse_reflog_line(std::string_view line) {
  constexpr std::size_t kIds = 2 * GIT_OID_HEXSZ + 1;
  if (line.size() < kIds || line[GIT_OID_HEXSZ] != ' ') return std::nullopt;
  ReflogLine parsed{line.substr(0, GIT_OID_HEXSZ), line.substr(GIT_OID_HEXSZ + 1, GIT_OID_HEXSZ), 0};
  const std::string_view head = line.substr(0, line.find('\t'));
  const auto mail_end = head.rfind("> ");
  if (mail_end == std::string_view::npos) return std::nullopt;
  const std::string_view time = head.substr(mail_end + 2);
  if (std::from_chars(time.data(), time.data() + time.size(), parsed.seconds).ec != std::errc())
    return std::nullopt;
  return parsed;
}

// What operations that are not finished keep beside refs: rebase, am, cherry-pick, merge.
constexpr const char* kStateFiles[] = {
    "rebase-merge/orig-head",   "rebase-merge/onto",        "rebase-merge/autostash",
    "rebase-merge/stopped-sha", "rebase-merge/squash-onto", "rebase-apply/orig-head",
    "rebase-apply/onto",        "rebase-apply/autostash",   "MERGE_AUTOSTASH"};

}  // namespace

struct GitReach::Impl {
  std::string common_dir;
  std::int64_t reflog_since = 0;
  Filter filter;
  GitRepositoryHandle repository;
  GitOdb odb;
  std::set<std::string> shallow;  // commits whose parents were not cloned
  bool is_partial = false;        // files and trees may be missing on purpose
  OidSet commits, trees, blobs, indexed;

  // How much must be there of what a tip names.
  enum class Absent { IsAnError, IsFine };
  struct Start {
    GitTip tip;
    Absent absent = Absent::IsAnError;
  };

  std::vector<Start> starts() const;
  void add_refs(std::vector<Start>& to) const;
  void add_heads(const GitWorktree& worktree, std::vector<Start>& to) const;
  void add_reflogs(const std::string& git_dir, std::vector<Start>& to) const;
  std::vector<GitWorktree> worktrees() const;
  std::optional<git_oid> peel(const Start& start, git_object_t& type) const;
  git_object_t type_of(const git_oid& id) const;
  void walk_commits(const git_oid& first, const std::string& tip,
                    const std::function<void(const ReachedFile&)>& visit);
  void walk_tree(const git_oid& id, const ReachedFile& at,
                 const std::function<void(const ReachedFile&)>& visit);
  void visit_blob(const git_oid& id, ReachedFile at, const std::function<void(const ReachedFile&)>& visit);
  void for_each_indexed(const GitWorktree& worktree,
                        const std::function<void(const std::string& path, const git_oid& id)>& visit) const;
  Error unreadable(const std::string& what) const;
  GitCommit commit(const git_oid& id, const std::string& tip) const;
  GitTree tree(const git_oid& id, const ReachedFile& at) const;
  std::vector<git_oid> parents(const git_commit& commit) const;
};

GitReach::GitReach(const std::string& common_dir, std::int64_t reflog_since, Filter filter)
    : impl_(std::make_unique<Impl>()) {
  start_libgit2();
  impl_->common_dir = common_dir;
  impl_->reflog_since = reflog_since;
  impl_->filter = std::move(filter);
  impl_->repository = open_git_directory(common_dir);
  impl_->odb = git_make<GitOdb>("open git's objects", git_repository_odb, impl_->repository.get());
  impl_->shallow = shallow_commits(common_dir);
  impl_->is_partial = is_partial_clone(impl_->repository.get());
}

GitReach::GitReach(GitReach&&) noexcept = default;
GitReach::~GitReach() = default;

std::vector<GitWorktree> GitReach::worktrees() const {
  return impl_->worktrees();
}
std::uint64_t GitReach::commits() const {
  return impl_->commits.size();
}
std::uint64_t GitReach::trees() const {
  return impl_->trees.size();
}

std::vector<GitTip> GitReach::tips() const {
  std::vector<GitTip> tips;
  for (Impl::Start& start : impl_->starts()) tips.push_back(std::move(start.tip));
  return tips;
}

std::vector<GitWorktree> GitReach::Impl::worktrees() const {
  std::vector<GitWorktree> found;
  const char* main =
      git_repository_is_bare(repository.get()) != 0 ? nullptr : git_repository_workdir(repository.get());
  std::string path = main == nullptr ? "" : main;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  found.push_back({path, common_dir});
  const std::string linked = join_path(common_dir, "worktrees");
  for (const std::string& name : names_in_directory(linked)) {
    const std::string git_dir = join_path(linked, name);
    // "<work tree>/.git"
    const auto back = read_file_if_exists(join_path(git_dir, "gitdir"));
    if (!back) continue;  // not a work tree, or one that is being made
    found.push_back({parent_path(absolute_path(trimmed(*back), git_dir)), git_dir});
  }
  std::sort(found.begin() + 1, found.end(),
            [](const GitWorktree& a, const GitWorktree& b) { return a.path < b.path; });
  return found;
}

std::vector<GitReach::Impl::Start> GitReach::Impl::starts() const {
  std::vector<Start> found;
  const std::vector<GitWorktree> all = worktrees();
  for (const GitWorktree& worktree : all) add_heads(worktree, found);
  add_refs(found);
  for (const GitWorktree& worktree : all) add_reflogs(worktree.git_dir, found);
  return found;
}

void GitReach::Impl::add_refs(std::vector<Start>& to) const {
  std::vector<std::string> names;
  const auto collect = [](const char* name, void* payload) -> int {
    static_cast<std::vector<std::string>*>(payload)->emplace_back(name);
    return 0;
  };
  check_git(git_reference_foreach_name(repository.get(), collect, &names), "list git's references");
  std::ranges::sort(names);
  for (const std::string& name : names) {
    git_oid id;
    const int code = git_reference_name_to_id(&id, repository.get(), name.c_str());
    if (code == GIT_ENOTFOUND) continue;  // a symbolic one that leads nowhere
    check_git(code, fmt::format("read '{}'", name));
    to.push_back({{name, hex_of(id)}, Absent::IsAnError});
  }
}

// HEAD when it is detached, ORIG_HEAD and its like, and refs of one work tree alone (bisect, rewritten).
void GitReach::Impl::add_heads(const GitWorktree& worktree, std::vector<Start>& to) const {
  const auto add_ids_of = [&](const std::string& file, Absent absent) {
    const std::string path = join_path(worktree.git_dir, file);
    const auto text = read_file_if_exists(path);
    if (!text || (is_memory(file) && is_older(path, reflog_since))) return;
    for (const std::string_view line : lines_of(*text)) {
      const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
      if (parse_oid(word))
        to.push_back({{fmt::format("{} of {}", file, worktree.path), std::string(word)}, absent});
    }
  };
  std::vector<std::string> heads;
  for (const std::string& name : names_in_directory(worktree.git_dir)) {
    if (name.ends_with("HEAD") && name != "HEAD") heads.push_back(name);
  }
  add_ids_of("HEAD", Absent::IsAnError);
  for (const std::string& name : heads) add_ids_of(name, Absent::IsFine);
  for (const char* file : kStateFiles) add_ids_of(file, Absent::IsFine);
  if (worktree.git_dir == common_dir) return;
  for (const std::string& file : files_below(join_path(worktree.git_dir, "refs")))
    add_ids_of("refs/" + file, Absent::IsAnError);
}

// Of the stash every entry counts, however old: the reflog is where git keeps all but the newest.
void GitReach::Impl::add_reflogs(const std::string& git_dir, std::vector<Start>& to) const {
  const std::string logs = join_path(git_dir, "logs");
  for (const std::string& name : files_below(logs)) {
    const auto text = read_file_if_exists(join_path(logs, name));
    if (!text) continue;
    const bool is_stash = name == "refs/stash";
    for (const std::string_view line : lines_of(*text)) {
      const auto entry = parse_reflog_line(line);
      if (!entry) throw damaged(fmt::format("the reflog '{}' cannot be read", join_path(logs, name)));
      if (!is_stash && entry->seconds < reflog_since) continue;
      const std::string label = is_stash ? "refs/stash" : fmt::format("reflog of {}", name);
      for (const std::string_view id : {entry->before, entry->after}) {
        // Objects that git has pruned cannot be checked out from a reflog either.
        if (parse_oid(id)) to.push_back({{label, std::string(id)}, Absent::IsFine});
      }
    }
  }
}

git_object_t GitReach::Impl::type_of(const git_oid& id) const {
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  const int code = git_odb_read_header(&size, &type, odb.get(), &id);
  if (code == GIT_ENOTFOUND) return GIT_OBJECT_INVALID;
  check_git(code, fmt::format("read git object {}", hex_of(id)));
  return type;
}

// In a partial clone nothing is damaged when an object is missing. What it names is not known all the same.
Error GitReach::Impl::unreadable(const std::string& what) const {
  if (!is_partial) return damaged(what);
  const std::string at = file_name(common_dir) == ".git" ? parent_path(common_dir) : common_dir;
  return Error(
      ErrorKind::Config,
      fmt::format("'{}' is a partial clone: {}, so what it names is not known and nothing was removed", at,
                  what),
      fmt::format("git -C {}{}", paste_quote(at), kFetchEverything + 3), at);
}

// To a commit or tree; nullopt for what names no files, or is gone and may be.
std::optional<git_oid> GitReach::Impl::peel(const Start& start, git_object_t& type) const {
  std::optional<git_oid> id = parse_oid(start.tip.id);
  while (id && (type = type_of(*id)) == GIT_OBJECT_TAG) {
    const auto tag = git_make<GitTag>(fmt::format("read tag '{}'", start.tip.name), git_tag_lookup,
                                      repository.get(), &*id);
    id = *git_tag_target_id(tag.get());
  }
  if (type == GIT_OBJECT_INVALID && start.absent == Absent::IsAnError)
    throw unreadable(fmt::format("git has no object {} for '{}'", start.tip.id, start.tip.name));
  if (type != GIT_OBJECT_COMMIT && type != GIT_OBJECT_TREE) return std::nullopt;
  return id;
}

GitCommit GitReach::Impl::commit(const git_oid& id, const std::string& tip) const {
  git_commit* raw = nullptr;
  if (git_commit_lookup(&raw, repository.get(), &id) != 0)
    throw unreadable(fmt::format("commit {}, which '{}' leads to, cannot be read", hex_of(id), tip));
  return GitCommit(raw);
}

GitTree GitReach::Impl::tree(const git_oid& id, const ReachedFile& at) const {
  git_tree* raw = nullptr;
  if (git_tree_lookup(&raw, repository.get(), &id) != 0) {
    throw unreadable(
        fmt::format("the git tree {} of '{}' in commit {} cannot be read", hex_of(id), at.path, at.commit));
  }
  return GitTree(raw);
}

std::vector<git_oid> GitReach::Impl::parents(const git_commit& commit) const {
  std::vector<git_oid> found;
  if (shallow.contains(hex_of(*git_commit_id(&commit)))) return found;
  for (unsigned i = 0; i < git_commit_parentcount(&commit); ++i)
    found.push_back(*git_commit_parent_id(&commit, i));
  return found;
}

void GitReach::Impl::walk_commits(const git_oid& first, const std::string& tip,
                                  const std::function<void(const ReachedFile&)>& visit) {
  std::vector<git_oid> open{first};
  while (!open.empty()) {
    const git_oid id = open.back();
    open.pop_back();
    if (commits.contains(id)) continue;
    throw_if_interrupted();
    const GitCommit found = commit(id, tip);
    walk_tree(*git_commit_tree_id(found.get()),
              {.tip = tip, .commit = hex_of(id), .path = {}, .blob_id = {}, .content = {}}, visit);
    commits.insert(id);
    for (const git_oid& parent : parents(*found)) {
      if (!commits.contains(parent)) open.push_back(parent);
    }
  }
}

void GitReach::Impl::walk_tree(const git_oid& id, const ReachedFile& at,
                               const std::function<void(const ReachedFile&)>& visit) {
  if (trees.contains(id)) return;
  const GitTree found = tree(id, at);
  for (std::size_t i = 0; i < git_tree_entrycount(found.get()); ++i) {
    const git_tree_entry* entry = git_tree_entry_byindex(found.get(), i);
    const char* name = git_tree_entry_name(entry);
    const git_filemode_t mode = git_tree_entry_filemode_raw(entry);
    ReachedFile inside = {.tip = at.tip, .commit = at.commit, .path = {}, .blob_id = {}, .content = {}};
    if (mode == GIT_FILEMODE_TREE) {
      inside.path = join_path(at.path, name);
      walk_tree(*git_tree_entry_id(entry), inside, visit);
    } else if (mode != GIT_FILEMODE_COMMIT && mode != GIT_FILEMODE_LINK && filter(name)) {
      inside.path = join_path(at.path, name);
      visit_blob(*git_tree_entry_id(entry), std::move(inside), visit);
    }
  }
  // Last, so that a walk that failed on the way does not count as one.
  trees.insert(id);
}

void GitReach::Impl::visit_blob(const git_oid& id, ReachedFile at,
                                const std::function<void(const ReachedFile&)>& visit) {
  if (blobs.contains(id)) return;
  at.blob_id = hex_of(id);
  git_blob* raw = nullptr;
  if (git_blob_lookup(&raw, repository.get(), &id) != 0) {
    throw unreadable(fmt::format("'{}' in {} cannot be read from git (object {})", at.path,
                                 at.commit.empty() ? at.tip : "commit " + at.commit, at.blob_id));
  }
  const GitBlob blob(raw);
  at.content.assign(static_cast<const char*>(git_blob_rawcontent(raw)),
                    static_cast<std::size_t>(git_blob_rawsize(raw)));
  visit(at);
  blobs.insert(id);
}

void GitReach::Impl::for_each_indexed(
    const GitWorktree& worktree,
    const std::function<void(const std::string& path, const git_oid& id)>& visit) const {
  // `git commit` of some paths and a merge write further index files beside this one. They are removed when
  // the command ends, so they are not read here.
  const std::string file = join_path(worktree.git_dir, "index");
  if (!exists(file)) return;
  std::unique_ptr<IndexCopy> copy;  // outlives the index
  const GitIndex index = read_git_index([&](git_index** raw) { return git_index_open(raw, file.c_str()); },
                                        fmt::format("read the git index of '{}'", worktree.path),
                                        [&] {
                                          copy = IndexCopy::make(worktree.git_dir, worktree.path, file);
                                          return copy ? copy->open() : nullptr;
                                        });
  for (std::size_t i = 0; i < git_index_entrycount(index.get()); ++i) {
    const git_index_entry* entry = git_index_get_byindex(index.get(), i);
    if (entry->mode == GIT_FILEMODE_COMMIT || entry->mode == GIT_FILEMODE_LINK) continue;
    if (!filter(file_name(entry->path)) || git_oid_is_zero(&entry->id) != 0) continue;
    visit(entry->path, entry->id);
  }
}

void GitReach::walk(const std::function<void(const ReachedFile&)>& visit) {
  for (const GitWorktree& worktree : impl_->worktrees()) {
    const std::string tip = "index of " + worktree.path;
    impl_->for_each_indexed(worktree, [&](const std::string& path, const git_oid& id) {
      impl_->visit_blob(id, {.tip = tip, .commit = {}, .path = path, .blob_id = {}, .content = {}}, visit);
    });
  }
  for (const Impl::Start& start : impl_->starts()) {
    if (const auto seen = parse_oid(start.tip.id); seen && impl_->commits.contains(*seen)) continue;
    git_object_t type = GIT_OBJECT_INVALID;
    const auto id = impl_->peel(start, type);
    if (!id) continue;
    if (type == GIT_OBJECT_COMMIT) {
      impl_->walk_commits(*id, start.tip.name, visit);
    } else {
      impl_->walk_tree(
          *id, {.tip = start.tip.name, .commit = start.tip.id, .path = {}, .blob_id = {}, .content = {}},
          visit);
    }
  }
}

// Which tips lead to some files. What was found out once about a tree or commit is kept, so that asking for
// every tip reads each of them once.
class HolderSearch {
 public:
  HolderSearch(const GitReach::Impl& git, const std::set<std::string>& blob_ids)
      : git_(git), blob_ids_(blob_ids) {}

  std::vector<ReachedFile> run() {
    for (const GitWorktree& worktree : git_.worktrees()) look_at_index(worktree);
    for (const GitReach::Impl::Start& start : git_.starts()) look_at(start);
    return std::move(found_);
  }

 private:
  struct Place {
    std::string path, blob_id;  // "" when there is none
  };
  struct KnownCommit {
    git_oid tree;
    std::vector<git_oid> parents;
  };
  struct Hash {
    std::size_t operator()(const git_oid& id) const {
      std::size_t value = 0;
      std::memcpy(&value, id.id, sizeof value);
      return value;
    }
  };
  struct Equal {
    bool operator()(const git_oid& a, const git_oid& b) const { return git_oid_equal(&a, &b) != 0; }
  };
  template <typename Value>
  using ById = std::unordered_map<git_oid, Value, Hash, Equal>;

  void look_at_index(const GitWorktree& worktree) {
    git_.for_each_indexed(worktree, [&](const std::string& path, const git_oid& id) {
      if (blob_ids_.contains(hex_of(id)))
        found_.push_back(reached("index of " + worktree.path, "", {path, hex_of(id)}));
    });
  }

  void look_at(const GitReach::Impl::Start& start) {
    git_object_t type = GIT_OBJECT_INVALID;
    const auto id = git_.peel(start, type);
    if (!id) return;
    if (type == GIT_OBJECT_TREE) {
      note(start.tip, start.tip.id, *id);
    } else {
      look_for_newest(start.tip, *id);
    }
  }

  void look_for_newest(const GitTip& tip, const git_oid& first) {
    OidSet seen;
    std::vector<git_oid> open{first};
    for (std::size_t at = 0; at < open.size(); ++at) {
      if (!seen.insert(open[at])) continue;
      throw_if_interrupted();
      const KnownCommit& commit = commit_of(open[at], tip);
      if (note(tip, hex_of(open[at]), commit.tree)) return;
      open.insert(open.end(), commit.parents.begin(), commit.parents.end());
    }
  }

  const KnownCommit& commit_of(const git_oid& id, const GitTip& tip) {
    if (const auto known = commits_.find(id); known != commits_.end()) return known->second;
    const GitCommit commit = git_.commit(id, tip.name);
    return commits_.emplace(id, KnownCommit{*git_commit_tree_id(commit.get()), git_.parents(*commit)})
        .first->second;
  }

  bool note(const GitTip& tip, const std::string& commit, const git_oid& tree) {
    const Place& place = place_in(tree, reached(tip.name, commit, {}));
    if (place.path.empty()) return false;
    found_.push_back(reached(tip.name, commit, place));
    return true;
  }

  const Place& place_in(const git_oid& id, const ReachedFile& at) {
    if (const auto known = trees_.find(id); known != trees_.end()) return known->second;
    const GitTree tree = git_.tree(id, at);
    Place place;
    for (std::size_t i = 0; i < git_tree_entrycount(tree.get()) && place.path.empty(); ++i)
      place = place_at(git_tree_entry_byindex(tree.get(), i), at);
    return trees_.emplace(id, std::move(place)).first->second;
  }

  Place place_at(const git_tree_entry* entry, const ReachedFile& at) {
    const git_oid& id = *git_tree_entry_id(entry);
    const std::string name = git_tree_entry_name(entry);
    if (git_tree_entry_filemode_raw(entry) != GIT_FILEMODE_TREE)
      return git_.filter(name) && blob_ids_.contains(hex_of(id)) ? Place{name, hex_of(id)} : Place();
    const Place& below = place_in(id, at);
    return below.path.empty() ? Place() : Place{join_path(name, below.path), below.blob_id};
  }

  static ReachedFile reached(const std::string& tip, const std::string& commit, const Place& place) {
    return {.tip = tip, .commit = commit, .path = place.path, .blob_id = place.blob_id, .content = {}};
  }

  const GitReach::Impl& git_;
  const std::set<std::string>& blob_ids_;
  ById<KnownCommit> commits_;
  ById<Place> trees_;
  std::vector<ReachedFile> found_;
};

std::vector<ReachedFile> GitReach::holders(const std::set<std::string>& blob_ids) const {
  return HolderSearch(*impl_, blob_ids).run();
}

}  // namespace dvx
