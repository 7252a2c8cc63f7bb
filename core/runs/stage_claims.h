// Who is at work on which stage of a work tree: so that several `dvx repro` in it run different stages at
// once and the same stage once.
//
// A stage that is run or restored is claimed alone, and what it reads from is claimed together with other
// readers, until its result is in dvx.lock. Claims are kernel locks on single bytes of `.dvx/stages.lock`, a
// byte a stage, and die with their process: nothing ever needs unlocking. Taking them never waits and is all
// or nothing, so processes cannot wait for each other in a circle.
//
// Single-threaded, one object; objects of several threads of one process keep each other out too.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/repo/repository.h"

namespace dvx {

struct StageHolder {
  std::string stage;
  pid_t pid = 0;  // 0: a process that this machine cannot name
};
std::string describe(const StageHolder& holder);  // "another dvx (pid 123)"

class StageClaims {
 public:
  explicit StageClaims(const Repository& repository);
  // Whether there ever were any in this work tree: else there is nothing to look at, or to make for it.
  static bool were_made(const Repository& repository);
  StageClaims(StageClaims&&) noexcept;
  ~StageClaims();  // gives everything back

  // Claims `stage` alone and each of `needs` together with others. nullopt when they are had; else who has
  // one, and nothing is claimed.
  std::optional<StageHolder> try_take(const std::string& stage, const std::vector<std::string>& needs);
  // What was taken with this stage. Nothing when nothing was.
  void give_back(const std::string& stage);

  // For who writes outputs without running their stages: these stages, or every stage, are not begun until
  // this object goes. As try_take().
  std::optional<StageHolder> try_share(const std::vector<std::string>& stages);
  bool try_share_all();

  // Whether any other process has claimed anything just now.
  bool others_at_work() const;
  // Who has this stage alone.
  std::optional<StageHolder> holder_of(const std::string& stage) const;

 private:
  struct File;
  struct Taken;
  std::optional<StageHolder> take_all(const std::string& under, const std::string& alone,
                                      const std::vector<std::string>& shared);

  std::shared_ptr<File> file_;  // with all other objects of this process for the same work tree
  std::unique_ptr<Taken> taken_;
};

// Keeps the stages whose outputs are at, in or around `paths` from being begun while it lives. Locked when
// one of them is being run by somebody else.
StageClaims keep_outputs(Repository& repository, const std::vector<std::string>& paths);

}  // namespace dvx
