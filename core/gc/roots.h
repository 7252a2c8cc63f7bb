// What keeps objects: every pointer file and dvx.lock that is at hand or in git's reach, of every repository
// that uses a store (docs/gc.md lists them).
//
// Anything that cannot be read ends it with an Error: what it names would not be known. Single-threaded.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/formats/data_ref.h"
#include "core/git/git_reach.h"
#include "core/repo/store_users.h"

namespace dvx {

struct RootSource {
  std::string repository;  // root of a work tree, or a git directory
  std::string where;       // "work tree", or the git tip that led there first
  std::string commit;      // 40 hex digits, or ""
  std::string path;        // of the pointer or lock file
  std::string blob_id;     // git's, or "" in a work tree
  std::string stage;       // of a lock file's entry
};

struct RootVisitor {
  std::function<void(const DataRef&, const RootSource&)> data;
  std::function<void(const ObjectId& run, const RootSource&)> run;
};

struct RootOptions {
  std::int64_t reflog_since = 0;      // seconds since 1970
  std::set<std::string> disregarded;  // git blobs that are no pointers though they are named so
};

class Roots {
 public:
  Roots(const std::vector<StoreUser>& users, RootOptions options);

  // Everything at the first call; at later ones what is in the work trees, and what came to git since.
  void collect(const RootVisitor& visitor);
  // Where in git files with these contents can be reached, one for each tip.
  std::vector<RootSource> holders(const std::set<std::string>& blob_ids) const;

  std::uint64_t repositories() const { return reaches_.size(); }
  std::uint64_t work_trees() const { return work_trees_; }  // of the last collect()
  std::uint64_t commits() const;
  std::uint64_t names() const { return names_; }  // data and runs that were given to the visitor

 private:
  struct Reach {
    GitReach git;
    std::set<std::string> prefixes;  // of roots, from the top of the work tree
    std::set<std::string> roots;     // absolute
  };
  void collect_work_trees(const Reach& reach, const RootVisitor& visitor);
  void collect_work_tree(const std::string& root, const RootVisitor& visitor);
  void read_ignored(std::string_view text, const RootSource& source, const RootVisitor& visitor);
  void read(std::string_view text, const RootSource& source, const std::string& name,
            const RootVisitor& visitor);

  RootOptions options_;
  std::map<std::string, Reach> reaches_;  // by git directory
  std::uint64_t work_trees_ = 0, names_ = 0;
};

}  // namespace dvx
