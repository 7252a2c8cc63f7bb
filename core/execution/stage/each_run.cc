#include "core/execution/stage/each_run.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/display.h"
#include "base/error.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/path.h"
#include "core/execution/stage/each_check.h"
#include "core/execution/stage/each_command.h"
#include "core/execution/stage/foreign_files.h"
#include "core/execution/trace/trace_check.h"
#include "core/pipeline/each_survey.h"
#include "core/workspace/checkout.h"
#include "core/workspace/private_copy.h"

namespace dvx {

namespace {

// Short items are written down together: hashing and the workspace index cost less for many at once.
constexpr std::size_t kMostUnsettled = 256;
constexpr std::chrono::milliseconds kSettleEvery{250};
constexpr int kSettlingShare = 10;  // looking at large inputs of all items takes no more than this part
constexpr std::chrono::seconds kTellEvery{5};

std::string grouped(std::size_t count) {
  std::string digits = fmt::format("{}", count);
  for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, ",");
  return digits;
}

DataRef data_of(const FileState& state) {
  return {.kind = state.kind == EntryKind::Directory ? DataKind::Tree : DataKind::File,
          .id = state.id,
          .size = state.size,
          .executable = state.kind == EntryKind::Executable};
}

JournalStart journal_start(const StageDecision& decision) {
  const bool runs_all = std::ranges::any_of(decision.reasons, [](const StaleReason& reason) {
    return reason.kind == ReasonKind::Forced || reason.kind == ReasonKind::AlwaysChanged;
  });
  return runs_all ? JournalStart::Anew : JournalStart::Continue;
}

}  // namespace

EachRun::EachRun(PipelineSurvey& survey, const Stage& stage, StageDecision decision, std::string scratch,
                 RunJournal& journal, Progress& progress)
    : survey_(survey),
      stage_(stage),
      scratch_(std::move(scratch)),
      journal_(journal),
      progress_(progress),
      decision_(decision),
      run_(survey, stage, std::move(decision), scratch_ + ".log"),
      started_(Clock::now()),
      settled_(started_),
      told_(started_) {}

std::optional<StageFailure> EachRun::prepare() {
  std::vector<EachItem> items;
  try {
    plan_ = plan_items(survey_, stage_, decision_, progress_);
    items.reserve(plan_.run.size());
    for (ItemToRun& each : plan_.run) items.push_back(std::move(each.item));
    plan_.run.clear();
    if (names_pairs(stage_.commands)) pairs_text(items, stage_.wdir);  // or the names do not allow it
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::Config) throw;
    return StageFailure{error.message(), error.hint(), {}};
  }
  if (auto failure = run_.prepare(progress_)) return failure;
  Repository& repository = survey_.repository();
  for (const std::string& path : plan_.remove) remove_tree(repository.path(path));
  if (auto failure = restore_outputs()) return failure;
  open_file(run_.log_file(), O_WRONLY | O_CREAT | O_TRUNC);
  to_run_ = items.size();
  jobs_ = each_jobs(stage_, std::move(items), is_sandboxed_ ? JobsAre::Sandboxed : JobsAre::Plain);
  attempts_.assign(jobs_.size(), 0);
  key_of_items_ = item_key(decision_.key_fields, *stage_.each);
  ended_items_.emplace(repository, stage_.name, key_of_items_, journal_start(decision_));
  ended_items_->flush();
  if (plan_.inputs() == 0) {
    progress_.warning(
        fmt::format("no file matches '{}' of stage '{}'", display_path(stage_.each->in), stage_.name));
  }
  if (is_sandboxed_) {
    sandboxes_.emplace(survey_, stage_, decision_.key_fields, survey_.repository().root());
  } else if (trace_ != Trace::Off) {
    watched_.emplace(survey_, stage_, trace_, implicit_dependencies(decision_.key_fields));
  }
  started_ = settled_ = told_ = Clock::now();
  return std::nullopt;
}

// What is wrong with that of the first job is wrong with all of them.
std::optional<StageFailure> EachRun::try_sandbox() {
  return sandboxes_ && !jobs_.empty() ? sandboxes_->try_one(jobs_.front()) : std::nullopt;
}

// They are made by this stage and can be made again, so nothing in their place is worth keeping.
std::optional<StageFailure> EachRun::restore_outputs() {
  if (plan_.restore.empty()) return std::nullopt;
  std::vector<CheckoutTarget> targets;
  for (const ItemToRestore& each : plan_.restore) targets.push_back({each.out, data_of(each.output)});
  const CheckoutReport report =
      checkout_paths(survey_.repository(), targets, Overwrite::Everything, progress_);
  if (report.missing.empty()) return std::nullopt;
  const std::string& path = report.missing.front().path;
  return StageFailure{fmt::format("its output '{}' is not in the store", display_path(path)),
                      "dvx pull " + paste_quote(path),
                      {}};
}

std::size_t EachRun::begin_next() {
  if (next_ == 0) started_ = Clock::now();
  for (const EachItem& item : jobs_[next_].items) make_room(item);
  ++running_;
  return next_++;
}

void EachRun::make_room(const EachItem& item) {
  Repository& repository = survey_.repository();
  const std::string path = repository.path(item.out);
  if (stage_.outs.front().persist) {
    make_private(path, repository.store_dir());
  } else if (!is_sandboxed_) {  // else it is replaced when there is a new one
    remove_tree(path);
  }
  make_directories(parent_path(path));
}

std::string EachRun::scratch_of(std::size_t job) const {
  return fmt::format("{}-{}", scratch_, job);
}

std::string EachRun::log_file_of(std::size_t job) const {
  return scratch_of(job) + ".log";
}

CommandJob EachRun::plain_command(std::size_t job) const {
  return each_command_job(run_.job(progress_), stage_, jobs_[job], scratch_of(job));
}

CommandJob EachRun::command(std::size_t job) {
  CommandJob command = plain_command(job);
  if (watched_) command.traced_beneath = survey_.repository().root();
  if (sandboxes_) sandboxes_->enter(job, jobs_[job], command);
  return command;
}

std::optional<std::vector<std::string>> EachRun::sandbox_inputs() const {
  return sandboxes_ ? std::optional(sandboxes_->shared_inputs()) : std::nullopt;
}

bool EachRun::end(std::size_t job, const CommandOutcome& outcome, Retry may_retry) {
  total_.wall_seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  total_.cpu_seconds += outcome.cpu_seconds;
  total_.peak_memory_bytes = std::max(total_.peak_memory_bytes, outcome.peak_memory_bytes);
  const EachJob& ended = jobs_[job];
  const bool was_stopped = outcome.stopped && !outcome.overdue;
  if (!outcome.ok() && !was_stopped && may_retry == Retry::Allowed &&
      ++attempts_[job] <= stage_.demands.retries) {
    progress_.line(fmt::format("{} | {} | failed, retry {} of {}", stage_.name, ended.name, attempts_[job],
                               stage_.demands.retries));
    for (const EachItem& item : ended.items) make_room(item);
    return true;
  }
  --running_;
  was_stopped_ = was_stopped_ || was_stopped;
  const auto failure = judge(job, outcome);
  take_log(job);
  if (!failure) {
    ended_.push_back(job);
  } else if (!was_stopped) {
    fail(ended.name, ended.items.size(), *failure);
  }
  if (is_settling_due() || running_ == 0) settle();
  return false;
}

bool EachRun::is_settling_due() const {
  const auto passed = Clock::now() - settled_;
  return passed >= kSettlingShare * settling_ && (ended_.size() >= kMostUnsettled || passed >= kSettleEvery);
}

std::optional<StageFailure> EachRun::judge(std::size_t job, const CommandOutcome& outcome) {
  if (sandboxes_) {
    if (auto failure = sandboxes_->leave(job, jobs_[job], outcome, log_file_of(job))) return failure;
  }
  if (auto failure = run_.failure_of(outcome)) {
    const bool has_exited = outcome.signal == 0 && !outcome.stopped;
    if (sandboxes_ && has_exited)
      failure->message += fmt::format(" ({})", sandboxes_->what_is_shown(jobs_[job]));
    return failure;
  }
  return watched_ ? watched_->add(jobs_[job], outcome.files, progress_) : std::nullopt;
}

void EachRun::give_up(std::size_t job, const std::string& message) {
  --running_;
  take_log(job);
  fail(jobs_[job].name, jobs_[job].items.size(), {message, {}, {}});
  if (running_ == 0) settle();
}

// Each job's output is whole in the log of the stage, under its name.
void EachRun::take_log(std::size_t job) {
  const std::string file = log_file_of(job);
  const auto printed = read_file_if_exists(file);
  if (printed && !printed->empty()) {
    std::string text = fmt::format("==> {}\n{}", jobs_[job].name, *printed);
    if (!text.ends_with('\n')) text += '\n';
    const UniqueFd log = open_file(run_.log_file(), O_WRONLY | O_CREAT | O_APPEND);
    write_all(log.get(), text, run_.log_file());
  }
  remove_tree(file);
  remove_tree(scratch_of(job) + ".pairs");
}

void EachRun::settle() {
  const auto begun = Clock::now();
  std::vector<const EachItem*> items;
  std::vector<std::string> inputs, outputs;
  for (const std::size_t job : std::exchange(ended_, {})) {
    for (const EachItem& item : jobs_[job].items) {
      items.push_back(&item);
      inputs.push_back(item.in);
      outputs.push_back(item.out);
    }
  }
  if (items.empty()) return;
  SilentProgress silent;  // how far the stage is is told in items
  const auto read = take_snapshots(survey_.repository(), inputs,
                                   {.mode = IngestMode::HashOnly,
                                    .on_tree = {},
                                    .fresh = FreshFiles::HashAgain,
                                    .interrupted = WhenInterrupted::Finish},
                                   silent);
  if (!spoilt_) spoilt_ = run_.check_shared_inputs(silent);
  if (spoilt_) {
    failed_ += items.size();
    return;
  }
  const auto made = take_outputs(outputs);
  for (std::size_t i = 0; i < items.size(); ++i) check(*items[i], read[i], made[i]);
  ended_items_->flush();
  settled_ = Clock::now();
  settling_ = settled_ - begun;
  tell_progress();
}

// A signal ends the storing of large ones; that they were made is worth knowing nevertheless.
std::vector<Snapshot> EachRun::take_outputs(const std::vector<std::string>& outputs) {
  Repository& repository = survey_.repository();
  SilentProgress silent;
  SnapshotOptions options{.mode = IngestMode::HashOnly,
                          .on_tree = {},
                          .fresh = FreshFiles::HashAgain,
                          .interrupted = WhenInterrupted::Finish};
  if (stage_.outs.front().cache && interrupt_signal() == 0) {
    if (!ingest_)
      ingest_ = repository.store().begin_ingest({.mode = IngestMode::Store, .threads = repository.jobs()});
    options.mode = IngestMode::Store;
    options.into = ingest_.get();
    try {
      return take_snapshots(repository, outputs, options, silent);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::Interrupted) throw;
    }
    ingest_.reset();
    options.mode = IngestMode::HashOnly;
    options.into = nullptr;
  }
  return take_snapshots(repository, outputs, options, silent);
}

void EachRun::check(const EachItem& item, const Snapshot& input, const Snapshot& output) {
  const auto checked = check_item(item, input, output);
  if (const auto* problem = std::get_if<std::string>(&checked)) return fail(item.in, 1, {*problem, {}, {}});
  ++done_;
  ended_items_->add(item.in, std::get<EndedItem>(checked));
}

void EachRun::fail(const std::string& name, std::size_t items, const StageFailure& failure) {
  if (failed_ == 0) {
    first_failure_ = failure;
    first_failure_.message = fmt::format("'{}': {}", display_path(name), failure.message);
  }
  failed_ += items;
  progress_.line(fmt::format("{} | {} | failed: {}", stage_.name, display_path(name), failure.message));
}

void EachRun::tell_progress() {
  progress_.current(fmt::format("{}: {}", stage_.name, state()));
  if (Clock::now() - told_ < kTellEvery) return;
  told_ = Clock::now();
  progress_.line(fmt::format("{}: {}", stage_.name, state()));
}

std::string EachRun::state() const {
  return fmt::format("{} of {}", grouped(done_), grouped(to_run_));
}

std::string EachRun::extent() const {
  std::string text = fmt::format("{} of {} input{}", grouped(to_run_), grouped(plan_.inputs()),
                                 plan_.inputs() == 1 ? "" : "s");
  if (!plan_.restore.empty()) text += fmt::format(", {} from the store", grouped(plan_.restore.size()));
  if (!plan_.remove.empty()) text += fmt::format(", {} removed", grouped(plan_.remove.size()));
  return text;
}

void EachRun::tell_findings() {
  const bool has_run_all = to_run_ == plan_.inputs() && done_ == to_run_;
  if (watched_)
    found_ =
        watched_->finish(has_run_all ? EachTrace::Jobs::OfAllInputs : EachTrace::Jobs::OfSome, progress_);
  if (sandboxes_) sandboxes_->tell_left(progress_);
}

void EachRun::tell_foreign_files(const std::vector<std::string>& removed) {
  if (removed.empty()) return;
  progress_.warning(fmt::format(
      "removed '{}'{}, which stage '{}' left beside its outputs", display_path(removed.front()),
      removed.size() == 1 ? "" : fmt::format(" and {} more", grouped(removed.size() - 1)), stage_.name));
}

RunItems EachRun::counts() const {
  RunItems items{.inputs = plan_.inputs(), .ran = to_run_, .base = {}};
  if (to_run_ < plan_.inputs()) items.base = plan_.base;
  return items;
}

std::variant<FinishedRun, StageFailure> EachRun::finish(const GitState& git, const std::string& executor) {
  tell_findings();
  if (spoilt_) return *spoilt_;
  if (failed_ > 0) {
    return StageFailure{
        fmt::format("{} of {} inputs failed, {}", grouped(failed_), grouped(to_run_), first_failure_.message),
        first_failure_.hint,
        {}};
  }
  if (!jobs_.empty())
    tell_foreign_files(remove_foreign_files(survey_.repository(), plan_.outputs, stage_.outs.front().path));
  const auto held = survey_.repository().store().hold();
  if (const auto stored = std::exchange(ingest_, nullptr)) stored->finish();  // those are not read again
  run_.set_items(counts());
  const auto is_link = [](const EachItem& item) { return item.input.kind == EntryKind::Symlink; };
  const bool has_links =
      std::ranges::any_of(jobs_, [&](const EachJob& job) { return std::ranges::any_of(job.items, is_link); });
  if (!has_links) run_.trust_inputs_of_items();
  return run_.finish(total_, git, executor, journal_.ingest(), progress_);
}

}  // namespace dvx
