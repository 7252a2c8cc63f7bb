// A dvx repository: the handles every verb works with. It has no verbs itself.
//
//   <root>/.dvx/config        committed settings          <root>/.dvx/config.local  this clone's
//   <root>/.dvx/store/        objects (core.store moves it; linked git worktrees use the main work tree's)
//   <root>/.dvx/index.db      workspace index, disposable   <root>/.dvx/cache.db     run cache and lineage
//   index <root>/.dvx/tmp/          scratch, on the root's file system   <root>/.dvx/lock   kernel lock of
//   writers
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/file_lock.h"
#include "core/git/git_repository.h"
#include "core/repo/config.h"
#include "objects/store/object_store.h"

namespace dvx {

class WorkspaceIndex;
enum class LinkKind : std::uint8_t;

// What comes from outside of the repository and core may not read by itself (environment, home, command
// line).
// Whether a repository enters itself in the store that it uses. A guest is a copy that is removed again and
// needs nothing that the repository it was made from does not need.
enum class StoreStay { User, Guest };

struct Surroundings {
  std::string cwd;          // absolute
  std::string user_config;  // path, or ""
  std::string duckdb;       // path or name of libduckdb to load, or "" for the search order in docs/schema.md
  std::string executable;   // of this program, absolute; hooks call it
  std::map<std::string, std::string> environment;  // of this process
  std::size_t jobs = 0;                            // 0: as many as processors
  const Clock* clock = nullptr;                    // null: the system's
  StoreStay stay = StoreStay::User;
};

struct WritingLock {
  std::optional<FileLock> store;  // nullopt when there is no store yet
  FileLock repository;
};

class Repository {
 public:
  // The nearest directory at or above `surroundings.cwd` that holds `.dvx/config`. NotARepository when none,
  // Config where what is in `.dvx` came with the clone and must not (own_files.h).
  static Repository open(Surroundings surroundings);
  Repository(Repository&&) noexcept;
  ~Repository();

  const std::string& root() const;                      // absolute
  const std::string& cwd() const;                       // of the user, relative to the root; "" is the root
  std::string path(const std::string& relative) const;  // absolute path of a path from the root
  std::string dvx_dir() const;
  std::string temporary_dir() const;  // exists
  // What the user typed, seen from cwd, as a path from the root. Usage when it lies outside.
  std::string from_user(const std::string& typed) const;
  std::string to_user(const std::string& relative) const;  // as the user would type it, from cwd

  const Surroundings& surroundings() const;
  const Clock& clock() const;
  std::size_t jobs() const;  // never 0
  Config& config();
  GitRepository& git();
  ObjectStore& store();     // opened on first use, with the encoding that core.link asks for
  WorkspaceIndex& index();  // opened on first use
  std::string store_dir();  // absolute
  LinkKind link();          // how checkout places files; decided once

  // Writers of pointers, lock file and index serialize here; never held while a stage's command runs. While
  // it is held nothing is moved out of the store either, so take it before looking at what the store has.
  WritingLock lock_for_writing();
  // What the store knows this repository by.
  StoreUserEntry store_user();

 private:
  struct Impl;
  explicit Repository(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace dvx
