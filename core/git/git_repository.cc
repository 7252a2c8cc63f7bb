#include "core/git/git_repository.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <git2/sys/repository.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include "base/directory.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "base/subprocess.h"
#include "core/git/absent_history.h"
#include "core/git/asked_git.h"
#include "core/git/busy_git.h"
#include "core/git/dead_locks.h"
#include "core/git/git_at_work.h"
#include "core/git/git_handle.h"
#include "core/git/git_opening.h"
#include "core/git/index_copy.h"
#include "core/git/index_names.h"
#include "core/git/indexed_files.h"

namespace dvx {

namespace {

std::string without_trailing_slash(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) : without_trailing_slash(path);
}

git_oid oid_of(const std::string& hex) {
  git_oid id;
  check_git(git_oid_fromstr(&id, hex.c_str()), fmt::format("understand '{}' as a git object", hex));
  return id;
}

// As it comes, git leaves references, the index and new objects to the kernel to write some time. A power cut
// then leaves empty files, and a repository that git itself cannot read. Who has set it otherwise knows why.
constexpr std::chrono::milliseconds kPatience{5'000};  // with another git
constexpr int kAttempts = 50;
constexpr const char* kSyncSetting = "core.fsync";
constexpr int kGitGaveUp = 128;  // git's die()
constexpr const char* kTrace = "GIT_TRACE2_EVENT";

// The message of the last error that git told of, out of the events that it wrote, one JSON object a line
// ({"event":"error",…,"msg":"Unable to create '…/index.lock': File exists."}). "" when there is none. What it
// printed is on the terminal, and was never ours.
std::string last_error_of_trace(const std::string& events) {
  constexpr std::string_view kEvent = "\"event\":\"error\"", kMessage = "\"msg\":\"";
  const auto event = events.rfind(kEvent);
  if (event == std::string::npos) return {};
  const auto line_end = std::min(events.find('\n', event), events.size());
  const auto message = events.find(kMessage, event);
  if (message == std::string::npos || message > line_end) return {};
  const auto begin = message + kMessage.size();
  std::string text;
  for (auto at = begin; at < line_end && events[at] != '"'; ++at) {
    if (events[at] == '\\' && at + 1 < line_end) ++at;  // a quote or a backslash; others come out as letters
    text += events[at];
  }
  return text;
}

// Git has told the reason on the terminal.
Error refusal_of(const std::string& message) {
  const std::string told =
      message.empty() ? "git gave up" : fmt::format("git gave up: {}", display_path(message));
  const bool is_nobody =
      message.find("auto-detect") != std::string::npos || message.find("ident name") != std::string::npos;
  if (is_nobody) return {ErrorKind::Config, told, "git config --global user.email you@example.com"};
  const bool is_machine = message.find("No space left") != std::string::npos ||
                          message.find("Read-only file system") != std::string::npos ||
                          message.find("Permission denied") != std::string::npos;
  return {is_machine ? ErrorKind::Io : ErrorKind::Blocked, told};
}

// The path, or anything below it.
bool holds(git_index* index, const std::string& path) {
  if (git_index_get_bypath(index, path.c_str(), GIT_INDEX_STAGE_NORMAL) != nullptr) return true;
  std::size_t position = 0;
  return git_index_find_prefix(&position, index, (path + "/").c_str()) == 0;
}

// "a\0b\0" for --pathspec-from-file=-: no limit on their number, no quoting.
std::string nul_separated(const std::vector<std::string>& paths) {
  std::string text;
  for (const std::string& path : paths) text.append(path).push_back('\0');
  return text;
}

GitCommitInfo info_of(const git_commit& commit) {
  GitCommitInfo info;
  info.id = hex_of(*git_commit_id(&commit));
  const git_signature* author = git_commit_author(&commit);
  if (author != nullptr) {
    info.author = author->name;
    info.email = author->email;
  }
  info.time = git_commit_time(&commit);
  // git_commit_summary() caches and wants a mutable commit; it changes nothing that can be seen.
  const char* summary = git_commit_summary(const_cast<git_commit*>(&commit));
  if (summary != nullptr) info.summary = summary;
  return info;
}

}  // namespace

struct GitRepository::Impl {
  GitRepositoryHandle repository;
  GitOdb odb;
  mutable std::unique_ptr<IndexCopy> index_copy;  // of an index that libgit2 cannot read; else null
  std::string work_tree, git_dir, common_dir;
  std::string index_file;  // in place of the usual one, or ""

  std::vector<std::string> git_command(const std::vector<std::string>& arguments) const {
    std::vector<std::string> argv = {"git"};
    if (!is_set(kSyncSetting)) argv.insert(argv.end(), {"-c", fmt::format("{}=all", kSyncSetting)});
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return argv;
  }

  // Git refuses paths outside of a sparse checkout unless it is told that they are meant. The setting itself
  // is of one worktree alone, where libgit2 does not look.
  std::vector<std::string> with_sparse(std::vector<std::string> arguments) const {
    if (exists(join_path(git_dir, "info/sparse-checkout"))) arguments.emplace_back("--sparse");
    return arguments;
  }

  std::size_t id_bytes() const {
    constexpr std::size_t kSha1 = 20, kSha256 = 32;
    const auto config =
        git_make<GitConfig>("read git's settings", git_repository_config_snapshot, repository.get());
    const char* format = nullptr;
    const bool is_named = git_config_get_string(&format, config.get(), "extensions.objectformat") == 0;
    return is_named && std::string_view(format) == "sha256" ? kSha256 : kSha1;
  }

  // A split index has most of its entries in another file.
  bool is_index_split() const {
    return std::ranges::any_of(list_directory(git_dir), [](const DirectoryEntry& entry) {
      return entry.name.starts_with("sharedindex.");
    });
  }

  std::optional<std::vector<IndexName>> quickly_indexed_beneath(const std::string& directory) const {
    const std::string path = join_path(git_dir, "index");
    if (!exists(path)) return std::vector<IndexName>{};
    if (is_index_split()) return std::nullopt;
    const UniqueFd file = open_file(path, O_RDONLY);
    struct ::stat st {};
    if (::fstat(file.get(), &st) != 0) throw system_error("read", path);
    const auto size = static_cast<std::size_t>(st.st_size);
    if (size == 0) return std::nullopt;
    void* bytes = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (bytes == MAP_FAILED) throw system_error("read", path);
    auto names = names_in_index({static_cast<const char*>(bytes), size}, directory, id_bytes());
    ::munmap(bytes, size);
    return names;
  }

  bool is_set(const char* name) const {
    const auto config =
        git_make<GitConfig>("read git's settings", git_repository_config_snapshot, repository.get());
    const char* value = nullptr;
    return git_config_get_string(&value, config.get(), name) == 0;
  }

  // The files that a git locks when it writes to the index or to HEAD.
  std::vector<std::string> locks() const {
    std::vector<std::string> locks = {join_path(git_dir, "index.lock"), join_path(git_dir, "HEAD.lock")};
    git_reference* raw = nullptr;
    if (git_reference_lookup(&raw, repository.get(), "HEAD") == 0) {
      const GitReference head(raw);
      const char* branch = git_reference_symbolic_target(head.get());
      if (branch != nullptr) locks.push_back(join_path(common_dir, branch) + ".lock");
    }
    return locks;
  }

  // Those that a git held when it was killed, or when the power went.
  void remove_dead_locks() const {
    dvx::remove_dead_locks(
        {.git_dir = git_dir, .directories = {work_tree, git_dir, common_dir}, .locks = locks()}, boot_time());
  }

  BusyGit other_git() const {
    return {locks(), kPatience, [this] { remove_dead_locks(); }};
  }

  static Error locked(const std::string& lock) {
    return {ErrorKind::Locked, fmt::format("another git is at work here: it holds '{}'", lock),
            fmt::format("rm {}   (when no git is at work)", lock)};
  }

  // Names in directories, which git does not sync; all of them, as only git knows where it put what.
  void sync() const {
    const UniqueFd fd = open_file(git_dir, O_RDONLY | O_DIRECTORY);
    if (::syncfs(fd.get()) != 0) throw system_error("sync", git_dir);
  }

  // Read again when another process changed it.
  GitIndex index() const {
    const std::string file = index_file.empty() ? join_path(git_dir, "index") : index_file;
    if (index_copy && index_copy->is_still_of(file)) return index_copy->open();
    forget_index_copy();
    return read_git_index(
        [this](git_index** raw) {
          return index_file.empty() ? git_repository_index(raw, repository.get())
                                    : git_index_open(raw, index_file.c_str());
        },
        "read git's index", [&] { return index_in_newer_format(file); });
  }

  // libgit2 looks up some things in the index by itself, such as attributes; it finds them in the copy too.
  GitIndex index_in_newer_format(const std::string& file) const {
    index_copy = IndexCopy::make(git_dir, work_tree, file);
    if (!index_copy) return nullptr;
    GitIndex index = index_copy->open();
    if (index_file.empty())
      check_git(git_repository_set_index(repository.get(), index.get()), "use an index");
    return index;
  }

  void forget_index_copy() const {
    if (!index_copy) return;
    git_repository_set_index(repository.get(), nullptr);
    index_copy.reset();
  }

  // Calls `look` again when it failed for want of an object that a partial clone was made without, and git
  // could fetch what `wanted` prints.
  template <typename Look>
  int look_for_absent(const std::vector<std::string>& wanted, const Look& look) const {
    const int code = look();
    if (code != GIT_ENOTFOUND || !is_partial_clone(repository.get())) return code;
    const ProcessResult fetched = ask_git({.git_dir = git_dir,
                                           .work_tree = work_tree,
                                           .index_file = {},
                                           .arguments = wanted,
                                           .missing = MissingObjects::MayBeFetched});
    if (!fetched.ok()) throw left_out(fetched.error_output);
    check_git(git_odb_refresh(odb.get()), "read git's objects");
    return look();
  }

  static Error left_out(const std::string& why) {
    return {ErrorKind::Config,
            fmt::format("this partial clone was made without an object that is needed, and git could not "
                        "fetch it: {}",
                        why.substr(0, why.find('\n'))),
            kFetchEverything};
  }

  GitCommit commit(const std::string& id) const {
    const git_oid oid = oid_of(id);
    return git_make<GitCommit>(fmt::format("read commit '{}'", id), git_commit_lookup, repository.get(),
                               &oid);
  }

  GitTree tree(const std::string& id) const {
    const GitCommit found = commit(id);
    git_tree* raw = nullptr;
    check_git(look_for_absent(listing_of(id), [&] { return git_commit_tree(&raw, found.get()); }),
              fmt::format("read the tree of commit '{}'", id));
    return GitTree(raw);
  }

  // Prints the names of all files of a commit, and so fetches all of its trees.
  static std::vector<std::string> listing_of(const std::string& commit) {
    return {"ls-tree", "-r", "-t", "--name-only", "-z", commit};
  }

  GitBlob blob_object(const git_oid& id) const {
    git_blob* raw = nullptr;
    check_git(look_for_absent({"cat-file", "blob", hex_of(id)},
                              [&] { return git_blob_lookup(&raw, repository.get(), &id); }),
              fmt::format("read git blob {}", hex_of(id)));
    return GitBlob(raw);
  }

  std::string blob(const git_oid& id) const {
    const GitBlob found = blob_object(id);
    return {static_cast<const char*>(git_blob_rawcontent(found.get())),
            static_cast<std::size_t>(git_blob_rawsize(found.get()))};
  }

  // Null when the commit does not have the path.
  GitTreeEntry entry(const std::string& commit, const std::string& path) const {
    GitTree at = tree(commit);
    for (std::size_t begin = 0;;) {
      const std::size_t end = std::min(path.find('/', begin), path.size());
      const git_tree_entry* entry = git_tree_entry_byname(at.get(), path.substr(begin, end - begin).c_str());
      if (entry == nullptr) return nullptr;
      if (end == path.size()) return copy_of(*entry);
      if (git_tree_entry_type(entry) != GIT_OBJECT_TREE) return nullptr;
      git_tree* raw = nullptr;
      check_git(
          look_for_absent(listing_of(commit),
                          [&] { return git_tree_lookup(&raw, repository.get(), git_tree_entry_id(entry)); }),
          fmt::format("read '{}' of commit {}", path, commit));
      at.reset(raw);
      begin = end + 1;
    }
  }

  static GitTreeEntry copy_of(const git_tree_entry& entry) {
    git_tree_entry* raw = nullptr;
    check_git(git_tree_entry_dup(&raw, &entry), "read a git tree");
    return GitTreeEntry(raw);
  }

  // Filters that libgit2 does not know: programs (LFS) and encodings.
  bool has_foreign_filter(const std::string& commit, const std::string& path) const {
    git_attr_options options = GIT_ATTR_OPTIONS_INIT;
    options.flags = GIT_ATTR_CHECK_INCLUDE_COMMIT;
    options.attr_commit_id = oid_of(commit);
    for (const char* name : {"filter", "working-tree-encoding"}) {
      const char* value = nullptr;
      check_git(git_attr_get_ext(&value, repository.get(), &options, path.c_str(), name),
                fmt::format("read the attributes of '{}'", path));
      if (git_attr_value(value) == GIT_ATTR_VALUE_STRING) return true;
    }
    return false;
  }

  std::string filtered_blob(const git_oid& id, const std::string& commit, const std::string& path) const {
    const GitBlob found = blob_object(id);
    git_blob_filter_options options = GIT_BLOB_FILTER_OPTIONS_INIT;
    options.flags = GIT_BLOB_FILTER_ATTRIBUTES_FROM_COMMIT;
    options.attr_commit_id = oid_of(commit);
    git_buf buffer = GIT_BUF_INIT;
    const int code = git_blob_filter(&buffer, found.get(), path.c_str(), &options);
    const std::string bytes = code == 0 ? std::string(buffer.ptr, buffer.size) : std::string();
    git_buf_dispose(&buffer);
    check_git(code, fmt::format("read git blob {}", hex_of(id)));
    return bytes;
  }

  // libgit2 does not know where the history of a shallow clone ends.
  void walk_shallow_history(const std::string& start,
                            const std::function<bool(const GitCommitInfo&)>& visit) const {
    const ProcessResult listed = ask_git({.git_dir = git_dir,
                                          .work_tree = work_tree,
                                          .index_file = {},
                                          .arguments = {"rev-list", "--topo-order", start, "--"}});
    if (!listed.ok())
      throw Error(ErrorKind::Io, fmt::format("cannot walk git's history: {}", listed.error_output));
    std::string_view rest = listed.output;
    while (!rest.empty()) {
      const std::string_view id = rest.substr(0, rest.find('\n'));
      if (!visit(info_of(*commit(std::string(id))))) return;
      rest.remove_prefix(std::min(id.size() + 1, rest.size()));
    }
  }

  std::uint64_t blob_size(const git_oid& id) const {
    std::size_t size = 0;
    git_object_t type = GIT_OBJECT_INVALID;
    check_git(look_for_absent({"cat-file", "blob", hex_of(id)},
                              [&] { return git_odb_read_header(&size, &type, odb.get(), &id); }),
              fmt::format("read git blob {}", hex_of(id)));
    return size;
  }
};

GitRepository::GitRepository(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
GitRepository::GitRepository(GitRepository&&) noexcept = default;
GitRepository& GitRepository::operator=(GitRepository&&) noexcept = default;
GitRepository::~GitRepository() = default;

std::optional<GitRepository> GitRepository::discover(const std::string& path) {
  start_libgit2();
  auto impl = std::make_unique<Impl>();
  impl->repository = open_git_around(path);
  git_repository* const raw = impl->repository.get();
  if (raw == nullptr) return std::nullopt;
  if (git_repository_is_bare(raw)) return std::nullopt;
  impl->odb = git_make<GitOdb>("open git's objects", git_repository_odb, raw);
  impl->work_tree = real_path(git_repository_workdir(raw));
  impl->git_dir = real_path(git_repository_path(raw));
  impl->common_dir = real_path(git_repository_commondir(raw));
  return GitRepository(std::move(impl));
}

const std::string& GitRepository::work_tree() const {
  return impl_->work_tree;
}
const std::string& GitRepository::git_dir() const {
  return impl_->git_dir;
}
const std::string& GitRepository::common_dir() const {
  return impl_->common_dir;
}

std::string GitRepository::hooks_dir() const {
  const auto config =
      git_make<GitConfig>("read git's settings", git_repository_config_snapshot, impl_->repository.get());
  git_buf value = GIT_BUF_INIT;
  if (git_config_get_path(&value, config.get(), "core.hookspath") != 0)
    return join_path(common_dir(), "hooks");
  const std::string path(value.ptr, value.size);
  git_buf_dispose(&value);
  return absolute_path(path, work_tree());  // git runs hooks at the top of the work tree
}

std::optional<std::string> GitRepository::head() const {
  git_oid id;
  const int code = git_reference_name_to_id(&id, impl_->repository.get(), "HEAD");
  if (code == GIT_ENOTFOUND) return std::nullopt;
  check_git(code, "read HEAD");
  return hex_of(id);
}

std::string GitRepository::resolve(const std::string& revision) const {
  git_object* raw = nullptr;
  int code = git_revparse_single(&raw, impl_->repository.get(), revision.c_str());
  const GitObject found(raw);
  git_object* commit = nullptr;
  if (code == 0) code = git_object_peel(&commit, found.get(), GIT_OBJECT_COMMIT);
  const GitObject peeled(commit);
  if (code != 0) {
    if (!shallow_commits(impl_->common_dir).empty()) {
      throw Error(
          ErrorKind::NotFound,
          fmt::format("no commit '{}' in this shallow clone, which has only a part of the history", revision),
          "git fetch --unshallow");
    }
    throw Error(ErrorKind::NotFound, fmt::format("no commit '{}'", revision), "git log --oneline --all");
  }
  return hex_of(*git_object_id(peeled.get()));
}

GitCommitInfo GitRepository::commit_info(const std::string& commit) const {
  return info_of(*impl_->commit(commit));
}

std::vector<std::string> GitRepository::commit_parents(const std::string& commit) const {
  const GitCommit found = impl_->commit(commit);
  std::vector<std::string> parents;
  if (shallow_commits(impl_->common_dir).contains(commit)) return parents;
  for (unsigned i = 0; i < git_commit_parentcount(found.get()); ++i) {
    parents.push_back(hex_of(*git_commit_parent_id(found.get(), i)));
  }
  return parents;
}

void GitRepository::walk_history(const std::string& start,
                                 const std::function<bool(const GitCommitInfo&)>& visit) const {
  if (!shallow_commits(impl_->common_dir).empty()) return impl_->walk_shallow_history(start, visit);
  const auto walk = git_make<GitRevwalk>("walk git's history", git_revwalk_new, impl_->repository.get());
  check_git(git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL | GIT_SORT_TIME), "walk git's history");
  const git_oid first = oid_of(start);
  check_git(git_revwalk_push(walk.get(), &first), fmt::format("walk git's history from '{}'", start));
  git_oid id;
  int code = 0;
  while ((code = git_revwalk_next(&id, walk.get())) == 0) {
    if (!visit(commit_info(hex_of(id)))) return;
  }
  if (code != GIT_ITEROVER) check_git(code, "walk git's history");
}

std::optional<std::string> GitRepository::read_at(const std::string& commit, const std::string& path) const {
  const GitTreeEntry entry = impl_->entry(commit, path);
  if (!entry || git_tree_entry_type(entry.get()) != GIT_OBJECT_BLOB) return std::nullopt;
  return impl_->blob(*git_tree_entry_id(entry.get()));
}

std::optional<std::string> GitRepository::read_checked_out_at(const std::string& commit,
                                                              const std::string& path) const {
  const GitTreeEntry entry = impl_->entry(commit, path);
  if (!entry) return std::nullopt;
  const git_filemode_t mode = git_tree_entry_filemode(entry.get());
  if (mode != GIT_FILEMODE_BLOB && mode != GIT_FILEMODE_BLOB_EXECUTABLE) return std::nullopt;
  if (impl_->has_foreign_filter(commit, path)) return std::nullopt;
  return impl_->filtered_blob(*git_tree_entry_id(entry.get()), commit, path);
}

std::optional<std::string> GitRepository::read_index(const std::string& path) const {
  const GitIndex index = impl_->index();
  const git_index_entry* entry = git_index_get_bypath(index.get(), path.c_str(), GIT_INDEX_STAGE_NORMAL);
  if (entry == nullptr || entry->mode == GIT_FILEMODE_COMMIT) return std::nullopt;
  return impl_->blob(entry->id);
}

std::string GitRepository::read_blob(const std::string& blob_id) const {
  return impl_->blob(oid_of(blob_id));
}

bool GitRepository::exists_at(const std::string& commit, const std::string& path) const {
  return impl_->entry(commit, path) != nullptr;
}

std::vector<std::string> GitRepository::changed_paths(const std::optional<std::string>& from,
                                                      const std::string& to) const {
  const GitTree before = from ? impl_->tree(*from) : nullptr;
  const GitTree after = impl_->tree(to);
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
  git_diff* raw = nullptr;
  const auto compare = [&] {
    return git_diff_tree_to_tree(&raw, impl_->repository.get(), before.get(), after.get(), &options);
  };
  int code = impl_->look_for_absent(Impl::listing_of(to), compare);
  if (code == GIT_ENOTFOUND && from) code = impl_->look_for_absent(Impl::listing_of(*from), compare);
  check_git(code, "compare two commits");
  const GitDiff diff(raw);
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    paths.emplace_back(git_diff_get_delta(diff.get(), i)->new_file.path);
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<GitIndexEntry> GitRepository::list_at(const std::string& commit,
                                                  const std::function<bool(std::string_view)>& filter) const {
  struct Walk {
    const Impl& impl;
    const std::function<bool(std::string_view)>& filter;
    std::vector<GitIndexEntry> entries;
    std::exception_ptr failure;  // must not fly through C frames
  };
  Walk walk{*impl_, filter, {}, nullptr};
  const auto visit = [](const char* directory, const git_tree_entry* entry, void* payload) -> int {
    Walk& state = *static_cast<Walk*>(payload);
    if (git_tree_entry_type(entry) == GIT_OBJECT_TREE) return 0;
    try {
      std::string path = std::string(directory) + git_tree_entry_name(entry);  // `directory` ends in '/'
      if (!state.filter(path)) return 0;
      const git_oid& id = *git_tree_entry_id(entry);
      const bool is_blob = git_tree_entry_type(entry) == GIT_OBJECT_BLOB;
      state.entries.push_back({.path = std::move(path),
                               .size = is_blob ? state.impl.blob_size(id) : 0,
                               .mode = static_cast<std::uint32_t>(git_tree_entry_filemode(entry)),
                               .blob_id = hex_of(id)});
    } catch (...) {
      state.failure = std::current_exception();
      return -1;
    }
    return 0;
  };
  const GitTree tree = impl_->tree(commit);
  const int code = impl_->look_for_absent(Impl::listing_of(commit), [&] {
    walk.entries.clear();
    return git_tree_walk(tree.get(), GIT_TREEWALK_PRE, visit, &walk);
  });
  if (walk.failure) std::rethrow_exception(walk.failure);
  check_git(code, fmt::format("list commit {}", commit));
  std::sort(walk.entries.begin(), walk.entries.end(),
            [](const auto& a, const auto& b) { return a.path < b.path; });
  return std::move(walk.entries);
}

std::optional<GitIndexEntry> GitRepository::index_entry(const std::string& path) const {
  const GitIndex index = impl_->index();
  const git_index_entry* entry = git_index_get_bypath(index.get(), path.c_str(), GIT_INDEX_STAGE_NORMAL);
  if (entry == nullptr) return std::nullopt;
  return GitIndexEntry{entry->path, entry->file_size, entry->mode, hex_of(entry->id)};
}

std::vector<GitIndexEntry> GitRepository::index_entries() const {
  return index_entries([](std::string_view) { return true; });
}

std::vector<GitIndexEntry> GitRepository::index_entries(
    const std::function<bool(std::string_view)>& filter) const {
  const GitIndex index = impl_->index();
  std::vector<GitIndexEntry> entries;
  for (std::size_t i = 0; i < git_index_entrycount(index.get()); ++i) {
    const git_index_entry* entry = git_index_get_byindex(index.get(), i);
    if (!filter(entry->path)) continue;
    entries.push_back({entry->path, entry->file_size, entry->mode, hex_of(entry->id)});
  }
  return entries;
}

std::optional<std::string> GitRepository::setting(const char* name) const {
  const auto config =
      git_make<GitConfig>("read git's settings", git_repository_config_snapshot, impl_->repository.get());
  const char* value = nullptr;
  if (git_config_get_string(&value, config.get(), name) != 0) return std::nullopt;
  return value;
}

std::vector<GitRepository::StagedChange> GitRepository::staged_changes() const {
  const std::optional<std::string> commit = head();
  const GitTree tree = commit ? impl_->tree(*commit) : nullptr;
  const GitIndex index = impl_->index();
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags = GIT_DIFF_INCLUDE_TYPECHANGE | GIT_DIFF_SKIP_BINARY_CHECK;
  const auto diff = git_make<GitDiff>("compare git's index with HEAD", git_diff_tree_to_index,
                                      impl_->repository.get(), tree.get(), index.get(), &options);
  const auto entry_of = [&](const git_diff_file& file) {
    const bool is_blob = file.mode != GIT_FILEMODE_COMMIT && !git_oid_is_zero(&file.id);
    return GitIndexEntry{file.path, is_blob ? impl_->blob_size(file.id) : 0, file.mode, hex_of(file.id)};
  };
  std::vector<StagedChange> changes;
  for (std::size_t i = 0; i < git_diff_num_deltas(diff.get()); ++i) {
    const git_diff_delta* delta = git_diff_get_delta(diff.get(), i);
    StagedChange change;
    change.deleted = delta->status == GIT_DELTA_DELETED;
    if (!git_oid_is_zero(&delta->old_file.id)) change.before = entry_of(delta->old_file);
    change.entry = entry_of(change.deleted ? delta->old_file : delta->new_file);
    changes.push_back(std::move(change));
  }
  std::sort(changes.begin(), changes.end(),
            [](const auto& a, const auto& b) { return a.entry.path < b.entry.path; });
  return changes;
}

bool GitRepository::is_tracked(const std::string& path) const {
  return holds(impl_->index().get(), path);
}

std::vector<IndexName> GitRepository::indexed_beneath(const std::string& directory) const {
  if (auto names = impl_->quickly_indexed_beneath(directory)) return *std::move(names);
  // Every kind of index is git's to read. Modes in octal, and a tab before the name.
  const ProcessResult listed =
      ask({"--icase-pathspecs", "ls-files", "-z", "--stage", "--full-name", "--", directory});
  if (!listed.ok()) throw Error(ErrorKind::Io, fmt::format("'git ls-files' failed: {}", listed.error_output));
  std::vector<IndexName> names;
  std::string_view rest = listed.output;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    std::uint32_t mode = 0;
    for (const char c : line.substr(0, line.find(' '))) mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
    names.push_back({std::string(line.substr(tab + 1)), mode});
  }
  return names;
}

bool GitRepository::is_dirty() const {
  const GitIndex index = impl_->index();
  if (!lie_as_indexed(impl_->repository.get(), index.get(), impl_->work_tree)) return true;
  return std::ranges::any_of(staged_changes(), [](const StagedChange& change) {
    return change.entry.mode != GIT_FILEMODE_COMMIT;  // a submodule's state is its own
  });
}

void GitRepository::run_on_paths(std::vector<std::string> arguments,
                                 const std::vector<std::string>& paths) const {
  if (paths.empty()) return;
  impl_->remove_dead_locks();
  arguments.insert(arguments.begin(), "--literal-pathspecs");
  arguments.insert(arguments.end(), {"--pathspec-from-file=-", "--pathspec-file-nul"});
  const BusyGit other = impl_->other_git();
  for (int attempt = 1;; ++attempt) {
    const ProcessResult result = capture(arguments, nul_separated(paths));
    if (result.ok()) return;
    throw_if_interrupted();
    if (other.is_named_in(result.error_output)) {
      if (const auto lock = other.wait()) throw Impl::locked(*lock);
      if (attempt < kAttempts) continue;  // not for ever: git may not be allowed to make the lock
    }
    throw Error(ErrorKind::Io, fmt::format("'git {}' failed: {}", arguments.at(1), result.error_output));
  }
}

void GitRepository::stage(const std::vector<std::string>& paths) {
  std::vector<std::string> known;
  const GitIndex index = impl_->index();
  for (const std::string& path : paths) {
    if (lies_as_indexed(index.get(), impl_->work_tree, path)) continue;  // nothing new: a process less
    if (exists(join_path(work_tree(), path)) || holds(index.get(), path)) known.push_back(path);
  }
  run_on_paths(impl_->with_sparse({"add", "--all", "--force"}), known);
}

void GitRepository::unstage(const std::vector<std::string>& paths) {
  run_on_paths(impl_->with_sparse({"rm", "--cached", "-r", "-f", "--quiet", "--ignore-unmatch"}), paths);
}

void GitRepository::use_index_file(const std::string& path) {
  impl_->index_file = absolute_path(path, work_tree());
}

GitEnd GitRepository::run_in_terminal(std::vector<std::string> argv) const {
  impl_->remove_dead_locks();
  const BusyGit other = impl_->other_git();
  if (const auto lock = other.wait()) return {.exit_status = kGitGaveUp, .refusal = Impl::locked(*lock)};
  const std::optional<std::string> head_before = head();
  GitAtWork work(impl_->git_dir);
  const bool is_traced = std::getenv(kTrace) == nullptr && !work.note().empty();
  if (is_traced) argv.insert(argv.begin(), {"env", fmt::format("{}={}", kTrace, work.note())});
  ProcessOptions options;
  options.directory = work_tree();
  options.inherit_stdio = true;
  options.before_exec = work.hold_in_child();
  const ProcessResult result = run_process(argv, options);
  impl_->sync();
  if (result.signal != 0) return {.exit_status = 128 + result.signal};
  GitEnd end{.exit_status = result.exit_status};
  if (end.exit_status < kGitGaveUp) return end;
  const std::string message = is_traced ? last_error_of_trace(read_file(work.note())) : std::string();
  const auto lock = other.is_named_in(message) ? std::optional(impl_->locks().front()) : std::nullopt;
  // Two that move HEAD at once: the later one finds it moved, or locked.
  if (lock || head() != head_before) {
    end.refusal = Error(ErrorKind::Locked, "another git was at work here, and git gave up",
                        "try it again, when that one is done");
  } else {
    end.refusal = refusal_of(message);
  }
  return end;
}

GitEnd GitRepository::run(const std::vector<std::string>& arguments) const {
  return run_in_terminal(impl_->git_command(arguments));
}

GitEnd GitRepository::run_on_stderr(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv = {"/bin/sh", "-c", "exec \"$@\" >&2", "sh"};
  std::ranges::move(impl_->git_command(arguments), std::back_inserter(argv));
  return run_in_terminal(std::move(argv));
}

ProcessResult GitRepository::ask(const std::vector<std::string>& arguments) const {
  std::vector<std::string> argv = {"env",
                                   "GIT_NO_LAZY_FETCH=1",
                                   "GIT_TERMINAL_PROMPT=0",
                                   "git",
                                   "--no-optional-locks",
                                   "--no-pager",
                                   "-c",
                                   "core.fsmonitor=false",
                                   "-c",
                                   "core.hooksPath=/dev/null",
                                   "-c",
                                   "diff.external=",
                                   "-c",
                                   "protocol.allow=never"};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  ProcessOptions options;
  options.directory = work_tree();
  return run_process(argv, options);
}

ProcessResult GitRepository::capture(const std::vector<std::string>& arguments,
                                     const std::string& input) const {
  GitAtWork work(impl_->git_dir);
  ProcessOptions options;
  options.directory = work_tree();
  options.input = input;
  options.before_exec = work.hold_in_child();
  return run_process(impl_->git_command(arguments), options);
}

}  // namespace dvx
