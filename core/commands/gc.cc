#include "core/commands/gc.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/gc/kept_runs.h"
#include "core/gc/roots.h"
#include "core/repo/store_users.h"
#include "objects/store/store_use.h"

namespace dvx {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 24 * 60 * 60 * kSecond;
constexpr std::int64_t kHour = 60 * 60 * kSecond;

std::int64_t days(Repository& repository, const std::string& key, std::uint64_t fallback) {
  return static_cast<std::int64_t>(repository.config().size_or(key, fallback)) * kDay;
}

// All that use the store, this repository included even if it never could enter itself.
std::vector<StoreUser> users_of(Repository& repository) {
  std::vector<StoreUser> users = store_users(repository.store_dir());
  const bool listed =
      std::ranges::any_of(users, [&](const StoreUser& user) { return user.root == repository.root(); });
  if (!listed) users.push_back({repository.root(), repository.git().common_dir(), ""});
  return users;
}

Roots roots_of(Repository& repository, const GcCommandOptions& options, std::int64_t now_ns) {
  RootOptions root_options;
  root_options.reflog_since = (now_ns - days(repository, "gc.reflogDays", 90)) / kSecond;
  root_options.disregarded.insert(options.disregarded.begin(), options.disregarded.end());
  return {users_of(repository), std::move(root_options)};
}

class GcRun {
 public:
  GcRun(Repository& repository, const GcCommandOptions& options, Progress& progress)
      : repository_(repository),
        options_(options),
        progress_(progress),
        store_(repository.store()),
        now_ns_(repository.clock().now_ns()),
        roots_(roots_of(repository, options, now_ns_)),
        mark_(store_),
        runs_(store_, mark_) {
    gc_options_.now_ns = now_ns_;
    gc_options_.grace_ns = options.grace == Grace::Hour ? kHour : 0;
    gc_options_.trash_ns = days(repository, "gc.trashDays", 14);
    gc_options_.purge = options.purge;
  }

  GcReport run() {
    progress_.begin("marking", 0, 0);
    mark_names();
    refuse_nothing();
    report_.plan = plan_collection(store_, mark_, gc_options_, progress_);
    report_.stale_runs = runs_.stale_entries().size();
    look_at_trash();
    if (options_.mode == GcMode::Apply) apply();
    report_.roots = {.repositories = roots_.repositories(),
                     .work_trees = roots_.work_trees(),
                     .commits = roots_.commits(),
                     .names = names_,
                     .runs = runs_.count()};
    report_.brought_back = mark_.brought_back();
    progress_.end();
    return std::move(report_);
  }

 private:
  void mark_names() {
    roots_.collect({.data =
                        [&](const DataRef& data, const RootSource&) {
                          mark_.keep(data.id, object_kind(data));
                          progress_.advance(1, 0);
                        },
                    .run = [&](const ObjectId& run, const RootSource&) { runs_.keep(run); }});
    names_ = std::max(names_, roots_.names());
    runs_.keep_since(now_ns_ - days(repository_, "gc.runDays", 90));
  }

  // Rather a wrong directory or an unborn clone than a store that nobody needs.
  void refuse_nothing() const {
    if (names_ > 0 || holds_nothing(store_)) return;
    throw Error(ErrorKind::Blocked,
                fmt::format("no pointer file and no {} names anything, in no work tree, branch or stash: "
                            "everything in '{}' would go, so nothing was removed",
                            "dvx.lock", store_.directory()),
                fmt::format("rm -r {}   (if it is really not needed)", store_.directory()));
  }

  void look_at_trash() {
    report_.trash = list_trash(store_);
    for (const Trash::Batch& batch : report_.trash) {
      const bool expired = now_ns_ - batch.moved_ns > gc_options_.trash_ns;
      if (!expired && options_.purge != Purge::Everything) continue;
      ++report_.purgeable_batches;
      report_.purgeable_bytes += batch.bytes;
    }
  }

  void apply() {
    const bool idle =
        !report_.plan.changes_anything() && report_.stale_runs == 0 && report_.purgeable_batches == 0;
    if (idle) {
      report_.outcome.emplace();
      return;
    }
    report_.outcome = collect(
        store_, mark_, report_.plan, gc_options_,
        {.mark_again = [&](Mark&) { mark_names(); }, .stale_files = [&] { return runs_.stale_entries(); }},
        progress_);
  }

  Repository& repository_;
  const GcCommandOptions& options_;
  Progress& progress_;
  ObjectStore& store_;
  const std::int64_t now_ns_;
  Roots roots_;
  Mark mark_;
  KeptRuns runs_;
  GcOptions gc_options_;
  std::uint64_t names_ = 0;
  GcReport report_;
};

bool has_store(Repository& repository) {
  return exists(join_path(repository.store_dir(), "format"));
}

}  // namespace

GcReport gc(Repository& repository, const GcCommandOptions& options, Progress& progress) {
  if (!has_store(repository)) {
    GcReport nothing;
    if (options.mode == GcMode::Apply) nothing.outcome.emplace();
    return nothing;
  }
  std::optional<FileLock> alone;
  if (options.mode == GcMode::Apply) alone = lock_collection(repository.store_dir());
  const auto on_changed = alone ? OnChangedLink::Take : OnChangedLink::Look;
  std::vector<ChangedLink> changed = find_changed_links(repository, on_changed, progress);
  GcReport report = GcRun(repository, options, progress).run();
  report.changed = std::move(changed);
  return report;
}

GcExplanation gc_explain(Repository& repository, const std::string& typed, const GcCommandOptions& options,
                         Progress& progress) {
  const auto id = ObjectId::parse(typed);
  if (!id) {
    throw Error(ErrorKind::Usage, fmt::format("'{}' is not an object id: 64 hexadecimal digits", typed),
                "dvx ls --json   (shows ids)");
  }
  GcExplanation explanation{.id = *id, .place = ObjectPlace::Nowhere, .reasons = {}};
  const std::int64_t now_ns = repository.clock().now_ns();
  const ObjectStore& store = repository.store();
  explanation.place = place_of(store, *id);
  progress.begin("searching", 0, 0);
  Roots roots = roots_of(repository, options, now_ns);
  explanation.reasons = explain(store, roots, now_ns - days(repository, "gc.runDays", 90), *id);
  progress.end();
  return explanation;
}

std::string gc_forget(Repository& repository, const std::string& typed) {
  const std::string store_dir = repository.store_dir();
  const std::string root = absolute_path(typed, repository.surroundings().cwd);
  const std::vector<StoreUser> users = store_users(store_dir);
  std::vector<std::string> known;
  bool found = false;
  for (const StoreUser& user : users) {
    known.push_back(user.root);
    if (user.root != root && user.root != typed) continue;
    forget_store_user(store_dir, user);
    found = true;
  }
  if (!found) {
    throw Error(ErrorKind::NotFound, fmt::format("no repository '{}' uses the store '{}'", typed, store_dir),
                known.empty() ? "" : fmt::format("dvx gc --forget {}", fmt::join(known, " | ")));
  }
  return root;
}

}  // namespace dvx
