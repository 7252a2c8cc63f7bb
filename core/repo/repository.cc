#include "core/repo/repository.h"

#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <mutex>
#include <utility>

#include "base/beneath.h"
#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "base/thread_pool.h"
#include "core/index/workspace_index.h"
#include "core/repo/home_path.h"
#include "core/repo/link_kind.h"
#include "core/repo/own_files.h"
#include "core/repo/real_place.h"
#include "core/repo/store_sharing.h"
#include "core/repo/store_users.h"
#include "core/repo/trusted_settings.h"
#include "objects/store/shared_files.h"
#include "objects/store/store_access.h"
#include "objects/store/store_use.h"

namespace dvx {

struct Repository::Impl {
  Surroundings surroundings;
  std::string root, cwd, dvx_dir;
  std::string guarded_store;  // what `store_guard` guards
  // A clone may hold links, and none is followed where dvx writes (base/beneath.h).
  DirectoryGuard work_tree_guard, dvx_guard, store_guard;
  SystemClock system_clock;
  std::optional<Config> config;
  std::optional<GitRepository> git;
  std::unique_ptr<ObjectStore> store;
  std::unique_ptr<WorkspaceIndex> index;
  std::optional<LinkKind> link;

  // Whether reading may go through a link of the work tree. A link that stays in the work tree, or that dvx
  // itself made to an object of the store, may be followed; one that leads out of it, or to what git and dvx
  // keep for themselves, only when git does not track it: then it did not come with the repository, but its
  // user made it.
  bool may_follow(const std::string& from, const std::string& target) {
    if (is_beneath(target, join_path(guarded_store, "whole")) && !guarded_store.empty()) return true;
    const auto inside = path_beneath(target, root);
    if (inside && !is_beneath(*inside, ".git") && !is_beneath(*inside, ".dvx")) return true;
    const std::lock_guard lock(own_links_mutex);
    if (const auto known = own_links.find(from); known != own_links.end()) return known->second;
    const auto repository = GitRepository::discover(root);
    const auto path = repository ? path_beneath(from, repository->work_tree()) : std::nullopt;
    return own_links[from] = !path || !repository->is_tracked(*path);
  }
  std::mutex own_links_mutex;
  std::map<std::string, bool> own_links;  // under own_links_mutex; whether the user made it
};

namespace {

std::string find_root(const std::string& from) {
  for (std::string directory = from;; directory = parent_path(directory)) {
    if (exists(join_path(directory, ".dvx/config"))) return directory;
    if (directory == "/" || directory.empty()) break;
  }
  throw Error(ErrorKind::NotARepository,
              fmt::format("not a dvx repository: '{}' (nor any directory above)", from), "dvx init");
}

// Objects are shared by all work trees of a git repository: they live with the main one, or inside a bare
// one.
std::string shared_store(GitRepository& git, const std::string& own_dvx_dir) {
  if (git.git_dir() == git.common_dir()) return join_path(own_dvx_dir, "store");
  if (file_name(git.common_dir()) != ".git") return join_path(git.common_dir(), "dvx/store");
  return join_path(parent_path(git.common_dir()), ".dvx/store");
}

// Whether the deepest part of the path that is there can be written to. A read-only file system is so for
// everybody.
bool may_be_made(const std::string& path) {
  std::string there = path;
  while (!exists(there) && there != "/" && !there.empty()) there = parent_path(there);
  return ::access(there.c_str(), W_OK) == 0;
}

}  // namespace

Repository::Repository(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Repository::Repository(Repository&&) noexcept = default;
Repository::~Repository() = default;

Repository Repository::open(Surroundings surroundings) {
  auto impl = std::make_unique<Impl>();
  impl->root = find_root(surroundings.cwd);
  impl->cwd = path_beneath(surroundings.cwd, impl->root).value_or("");
  impl->dvx_dir = join_path(impl->root, ".dvx");
  impl->work_tree_guard =
      DirectoryGuard(impl->root, [&impl = *impl](const std::string& from, const std::string& target) {
        return impl.may_follow(from, target);
      });
  impl->dvx_guard = DirectoryGuard(impl->dvx_dir);
  impl->git = GitRepository::discover(impl->root);
  refuse_foreign_files(impl->root, impl->git ? &*impl->git : nullptr);
  impl->config.emplace(std::map<ConfigScope, std::string>{
      {ConfigScope::Repository, join_path(impl->dvx_dir, "config")},
      {ConfigScope::Local, join_path(impl->dvx_dir, "config.local")},
      {ConfigScope::User, surroundings.user_config},
  });
  const Settings& commanding = impl->config->needing_trust();
  if (!commanding.empty() && TrustedSettings(surroundings.user_config, impl->root).include(commanding))
    impl->config->bring_into_force(trustable_keys(impl->root, commanding));
  impl->surroundings = std::move(surroundings);
  return Repository(std::move(impl));
}

const std::string& Repository::root() const {
  return impl_->root;
}
const std::string& Repository::cwd() const {
  return impl_->cwd;
}
std::string Repository::path(const std::string& relative) const {
  return join_path(impl_->root, relative);
}
std::string Repository::dvx_dir() const {
  return impl_->dvx_dir;
}

std::string Repository::temporary_dir() const {
  std::string directory = join_path(impl_->dvx_dir, "tmp");
  make_directories(directory);
  return directory;
}

std::string Repository::from_user(const std::string& typed) const {
  if (typed.empty()) throw Error(ErrorKind::Usage, "a path must not be empty");
  const std::string absolute = absolute_path(typed, impl_->surroundings.cwd);
  if (auto beneath = path_beneath(absolute, impl_->root)) return *beneath;
  // The same place under another name: a symlink above the repository. The last name itself is not followed.
  const std::string resolved = join_path(real_place(parent_path(absolute)), file_name(absolute));
  if (auto beneath = path_beneath(resolved, real_place(impl_->root))) return *beneath;
  throw Error(ErrorKind::Usage, fmt::format("'{}' lies outside of the repository '{}'", typed, impl_->root),
              {}, typed);
}

std::string Repository::to_user(const std::string& relative) const {
  return path_from(relative, impl_->cwd);
}

const Surroundings& Repository::surroundings() const {
  return impl_->surroundings;
}

const Clock& Repository::clock() const {
  return impl_->surroundings.clock == nullptr ? impl_->system_clock : *impl_->surroundings.clock;
}

std::size_t Repository::jobs() const {
  if (impl_->surroundings.jobs > 0) return impl_->surroundings.jobs;
  const auto configured = static_cast<std::size_t>(impl_->config->size_or("core.jobs", 0));
  return configured > 0 ? configured : default_thread_count();
}

Config& Repository::config() {
  return *impl_->config;
}

GitRepository& Repository::git() {
  if (!impl_->git) impl_->git = GitRepository::discover(impl_->root);
  if (!impl_->git) {
    throw Error(ErrorKind::NotARepository, fmt::format("'{}' is not in a git work tree", impl_->root),
                "git init", impl_->root);
  }
  return *impl_->git;
}

std::string Repository::store_dir() {
  const auto configured = config().get("core.store");
  std::string directory =
      configured ? absolute_path(resolve_home(*configured, impl_->surroundings, "core.store"), impl_->root)
                 : shared_store(git(), impl_->dvx_dir);
  if (impl_->guarded_store != directory) {
    impl_->guarded_store = directory;
    impl_->store_guard = DirectoryGuard(directory);
  }
  return directory;
}

LinkKind Repository::link() {
  if (!impl_->link) {
    const std::string store = store_dir();
    if (!may_be_made(store) || !may_be_made(join_path(impl_->dvx_dir, "tmp"))) {
      impl_->link = link_without_trying(config());
      return *impl_->link;
    }
    make_directories(store);
    impl_->link = choose_link(config(), index(), temporary_dir(), store);
  }
  return *impl_->link;
}

ObjectStore& Repository::store() {
  if (!impl_->store) {
    impl_->store =
        ObjectStore::open(store_dir(), StoreOptions{.encoding = encoding_for(link()), .user = store_user()});
    share_store_with(*impl_->store, store_sharing(config()));
    if (links_into_store(link())) note_links(*impl_->store);
  }
  return *impl_->store;
}

WorkspaceIndex& Repository::index() {
  if (!impl_->index) {
    impl_->index = WorkspaceIndex::open(join_path(impl_->dvx_dir, "index.db"),
                                        {.root = impl_->root, .file_system = file_system_of(impl_->dvx_dir)});
  }
  return *impl_->index;
}

StoreUserEntry Repository::store_user() {
  if (impl_->surroundings.stay == StoreStay::Guest) return {};
  return store_user_entry(store_dir(), root(), git().common_dir());
}

// The store's first, always: who waits for the repository then waits for somebody who has it already.
WritingLock Repository::lock_for_writing() {
  auto store = impl_->store ? impl_->store->hold() : share_store(store_dir());
  return {std::move(store), FileLock::acquire(join_path(impl_->dvx_dir, "lock"), LockMode::Exclusive)};
}

}  // namespace dvx
