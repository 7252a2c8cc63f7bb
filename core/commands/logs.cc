#include "core/commands/logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/path.h"
#include "core/pipeline/survey.h"
#include "core/runs/failed_log.h"
#include "core/runs/run_cache.h"
#include "objects/store/object_store.h"

namespace dvx {

namespace {

class LogSearch {
 public:
  LogSearch(Repository& repository, Progress& progress)
      : repository_(repository), survey_(repository, progress) {}

  LogsReport of_all() {
    for (const std::size_t i : survey_.graph().order()) {
      const std::string& name = survey_.stages()[i].name;
      if (survey_.locked(name) != nullptr || find_failed_log(repository_, name)) add_stage(name);
    }
    return std::move(report_);
  }

  LogsReport of(const std::vector<std::string>& targets) {
    std::vector<std::string> stages;
    std::vector<ObjectId> runs;
    for (const std::string& target : targets) {
      if (const auto run = run_called(target)) {
        runs.push_back(*run);
      } else {
        stages.push_back(target);
      }
    }
    if (!stages.empty()) {
      for (const std::size_t i : survey_.graph().select(stages, repository_.cwd(), Reach::Only))
        add_stage(survey_.stages()[i].name);
    }
    for (const ObjectId& run : runs) add_run({.stage = {}, .failed_file = {}, .run = run, .record = {}});
    return std::move(report_);
  }

 private:
  // A stage may have a name that looks like digits of an id; it is the stage then.
  std::optional<ObjectId> run_called(const std::string& target) {
    const bool is_hex = target.size() >= ObjectId::kFewestDigits &&
                        target.find_first_not_of("0123456789abcdef") == std::string::npos;
    if (!is_hex || survey_.graph().find(target)) return std::nullopt;
    std::vector<ObjectId> fitting;
    for (const RunCacheEntry& entry : RunCache(repository_.store()).all()) {
      if (entry.run.to_hex().starts_with(target)) fitting.push_back(entry.run);
    }
    if (fitting.size() > 1) {
      throw Error(ErrorKind::Usage,
                  fmt::format("'{}' is the start of the ids of {} runs", target, fitting.size()),
                  "dvx logs " + fitting.front().to_hex());
    }
    return fitting.empty() ? std::nullopt : std::optional(fitting.front());
  }

  void add_stage(const std::string& name) {
    StageLog log{.stage = name, .failed_file = {}, .run = {}, .record = {}};
    if (const auto failed = find_failed_log(repository_, name)) {
      log.failed_file = failed->file;
      log.failed_ns = failed->failed_ns;
      log.size = failed->size;
      report_.logs.push_back(std::move(log));
      return;
    }
    const LockedStage* locked = survey_.locked(name);
    if (locked == nullptr) {
      throw Error(ErrorKind::NotFound, fmt::format("stage '{}' has not run", name),
                  "dvx repro " + paste_quote(name));
    }
    log.run = locked->run;
    add_run(std::move(log));
  }

  void add_run(StageLog log) {
    log.record = survey_.record(*log.run);
    if (!log.record) {
      throw Error(ErrorKind::NotFound,
                  fmt::format("the record of run {} is not in the store", log.run->short_hex()), "dvx fetch");
    }
    log.stage = log.record->stage;
    if (log.record->log) {
      const auto stored = repository_.store().find(*log.record->log);
      if (!stored) {
        throw Error(ErrorKind::NotFound,
                    fmt::format("what run {} of stage '{}' printed is not in the store", log.run->short_hex(),
                                log.stage),
                    "dvx fetch");
      }
      log.size = stored->size;
    }
    report_.logs.push_back(std::move(log));
  }

  Repository& repository_;
  PipelineSurvey survey_;
  LogsReport report_;
};

}  // namespace

LogsReport logs(Repository& repository, const LogsOptions& options, Progress& progress) {
  LogSearch search(repository, progress);
  return options.targets.empty() ? search.of_all() : search.of(options.targets);
}

}  // namespace dvx
