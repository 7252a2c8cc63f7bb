// A pipeline and the state it is in: stages, graph and lock file, and what the workspace holds for each
// stage, looked at once and remembered. From it come the facts that plan.h decides on.
//
// Reads only (the workspace index may learn fingerprints) and takes no lock. Runs nothing and asks no server
// unless told to: what tools and servers said last time, as dvx.lock has it, stands for what they would say.
// Single-threaded.
#pragma once

#include <cstddef>
#include <future>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "core/code/imported_code.h"
#include "core/formats/lock_file.h"
#include "core/formats/pipeline/pipeline_file.h"
#include "core/pipeline/graph.h"
#include "core/pipeline/missing_data.h"
#include "core/pipeline/params.h"
#include "core/pipeline/plan.h"
#include "core/pipeline/tool_outputs.h"
#include "core/pipeline/url_states.h"
#include "core/repo/repository.h"
#include "core/workspace/project_files.h"
#include "objects/store/ingest.h"

namespace dvx {

class RemotePull;

// Whether it is about what one stage reads, and no reason to give up on all of them.
bool concerns_inputs(const Error& error);

class PipelineSurvey {
 public:
  // Reads dvx.yaml and dvx.lock. NotFound without dvx.yaml; Config for what is wrong in it.
  PipelineSurvey(Repository& repository, Progress& progress);
  // With the files that a walk has found.
  PipelineSurvey(Repository& repository, const ProjectFiles& files, Progress& progress);
  // Of stages that are known already: those of a job on a cluster.
  PipelineSurvey(Repository& repository, std::vector<Stage> stages, Progress& progress);
  PipelineSurvey(const PipelineSurvey&) = delete;
  PipelineSurvey& operator=(const PipelineSurvey&) = delete;

  Repository& repository() { return repository_; }
  const std::vector<Stage>& stages() const { return graph_.stages(); }
  const StageGraph& graph() const { return graph_; }

  // Looks at all dependencies and outputs of these stages in one pass.
  void look_at(const std::vector<std::size_t>& wanted_stages);
  const std::optional<DataRef>& content(const std::string& path);
  // Reasons to look again: something at, below or around `path` was written.
  void forget(const std::string& path);
  void know(const std::string& path, const DataRef& data);
  // The same of many paths, of which some may lie in others.
  void know(const Contents& contents);

  const LockedStage* locked(const std::string& stage) const;
  // What a stage that another one needs by name has made: as the lock has it, and of a frozen one what is
  // there. nullopt: nobody can tell.
  std::optional<LockedStage> made_by(const std::string& stage);
  void read_lock_again();  // another dvx has written it
  void set_locked(const std::string& stage, LockedStage entry) { lock_.stages[stage] = std::move(entry); }

  // From here on facts say what data that is not there would be.
  void allow_missing() { missing_.emplace(repository_); }
  bool allows_missing() const { return missing_.has_value(); }
  // From here on tools are run and servers asked: for commands that run stages.
  void ask_tools_and_servers() { asks_ = true; }
  // What dvx.lock was before it was read.
  const FileStamp& lock_stamp() const { return lock_stamp_; }
  // Others have been at work: reads dvx.lock anew, and forgets what this stage reads and writes.
  void look_again_at(std::size_t stage);
  // Whether another process is running the stage that makes `path`, or something in or around it.
  bool is_being_made(const std::string& path) const;

  // An input that cannot be read is a fact about this stage, and no error of the other stages.
  StageFacts facts(std::size_t stage, Force force);
  // From now on a fact of it: it cannot run.
  void note_fault(std::size_t stage, const Error& error) { faults_.emplace(stage, error); }
  // Why it is there and cannot be read; null when it can, or is not there.
  const Error* unreadable(const std::string& path) const;
  // NotFound for a param that is not there; one in a file that a stage is to make first is passed over.
  void require_params(std::size_t stage);
  // What the server says now.
  const std::string& look_again_at_url(const std::string& url, const std::string& stage) {
    urls_.forget(url);
    return urls_.of(url, stage);
  }
  const RunLookup& lookup() const { return lookup_; }
  // Code that it uses and does not name, as far as it belongs to its key; from the root, sorted.
  std::vector<std::string> imports_of(std::size_t stage);
  // From now on what the store lacks of runs and their outputs is looked for there.
  void pull_from(RemotePull& remotes) { remotes_ = &remotes; }
  // Whether the store has all of it, be it that it was pulled just now.
  bool can_restore(const std::string& path, const DataRef& data) const;
  // The plan for these stages, which are in an order in which each comes after those it needs.
  Plan plan(const std::vector<std::size_t>& selected, Force force,
            Downstream downstream = Downstream::AsNeeded);

  // The stage with an output that is, or contains, `path`.
  std::optional<std::size_t> maker_of(const std::string& path) const { return graph_.producer_of(path); }
  // Outputs of stages strictly below `path`, sorted.
  std::vector<std::string> outputs_beneath(const std::string& path) const;
  // The run that made exactly what is at `path` now, when dvx.lock knows it.
  std::optional<ObjectId> producer_of(const std::string& path);
  // A tree of a directory that a stage is run over per input, as it was looked at; null when it is another
  // one, or in the store.
  const Tree* seen_tree(const ObjectId& id) const;
  // Absent or damaged records are nullopt.
  std::optional<RunRecord> record(const ObjectId& run) const;

 private:
  // The stamp is that of the moment before: what is written after it is read again.
  struct StampedLock {
    FileStamp stamp;
    LockFile lock;
  };
  // dvx.lock is read beside dvx.yaml, in a thread of its own.
  PipelineSurvey(Repository& repository, const ProjectFiles& files, Progress& progress,
                 std::future<StampedLock> read);
  void prepare();
  nlohmann::json params_of(const Stage& stage);
  void add_answers(const Stage& stage, StageFacts& facts);
  void read_inputs(std::size_t stage, StageFacts& facts);
  void refuse_unreadable_inputs(std::size_t stage);
  std::optional<std::string> read_params_file(const std::string& path) const;
  std::optional<CachedRun> restorable(const Stage& stage, const ObjectId& key,
                                      const Contents& contents) const;
  std::optional<CachedRun> pulled(const Stage& stage, const ObjectId& key, const Contents& contents) const;
  bool can_have(const RunRecord& record, const Stage& stage, const Contents& contents) const;
  bool can_pull(const RunRecord& record, const Stage& stage, const Contents& contents) const;
  std::vector<std::optional<DataRef>> look(const std::vector<std::string>& paths);
  // Whether a stage is run over the files of this directory, or of one above it: then its tree is kept.
  bool is_listed(const std::string& directory) const;

  Repository& repository_;
  Progress& progress_;
  ImportedCode code_;  // before the graph, which it connects
  StageGraph graph_;
  FileStamp lock_stamp_;
  LockFile lock_;
  ToolOutputs tools_;
  UrlStates urls_;
  bool asks_ = false;  // tools_ and urls_
  ParamsLookup params_;
  bool makes_params_ = false;  // a stage writes a params file
  std::optional<MissingData> missing_;
  RunLookup lookup_;
  Contents contents_;
  std::map<std::string, Error> unreadable_;  // of what was looked at
  std::map<std::size_t, Error> faults_;
  std::set<std::string> outputs_;  // of all stages
  std::set<std::string> listed_;   // directories of stages that are run per input
  std::unordered_map<ObjectId, Tree> seen_trees_;
  RemotePull* remotes_ = nullptr;  // null: only what is here counts
};

}  // namespace dvx
