#include "core/commands/lineage.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/path.h"
#include "core/lineage/directory_rest.h"
#include "core/workspace/data_within.h"
#include "core/workspace/snapshot.h"
#include "core/workspace/tracked.h"

namespace dvx {

namespace {

// What was asked for, found: a run, or data at the path under which it is recorded.
struct Question {
  std::optional<ObjectId> run;
  std::string path;  // from the root
  DataRef data;
  std::optional<ObjectId> maker;
  bool by_content = false;
  std::vector<RunOutput> parts;  // of a directory: outputs and tracked data in it, as they are there
  bool is_all_of_parts = false;  // and nothing that is recorded nowhere
  std::vector<ObjectId> also_made_by;
};

DataRef hash_file_anywhere(const std::string& path) {
  const UniqueFd fd = open_file(path, O_RDONLY);
  Hasher hasher;
  std::vector<std::byte> buffer(1 << 20);
  DataRef data;
  while (const std::size_t n = read_up_to(fd.get(), buffer, path)) {
    hasher.update(std::span(buffer).first(n));
    data.size += n;
  }
  data.id = hasher.finish();
  return data;
}

class Resolver {
 public:
  Resolver(Repository& repository, const LockFile& lock, RunHistory& history, Progress& progress)
      : repository_(repository),
        lock_(lock),
        history_(history),
        progress_(progress),
        tracked_(tracked_paths(repository)) {}

  Question resolve(const std::string& what) {
    if (auto question = as_path(what)) return *std::move(question);
    const auto stage = lock_.stages.find(what);
    if (stage != lock_.stages.end()) return run_question(stage->second.run);
    if (auto question = as_id(what)) return *std::move(question);
    throw Error{ErrorKind::NotFound, fmt::format("no file, stage, run or object '{}'", display_path(what)),
                "dvx stage list", what};
  }

 private:
  static Question run_question(const ObjectId& id) {
    Question question;
    question.run = id;
    return question;
  }

  std::optional<Question> as_path(const std::string& what) {
    const std::string absolute = absolute_path(what, repository_.surroundings().cwd);
    const auto relative = path_beneath(absolute, repository_.root());
    if (!relative) {
      if (!exists(absolute)) return std::nullopt;
      if (is_directory(absolute)) {
        throw Error{ErrorKind::Usage,
                    fmt::format("'{}' is a directory outside of the repository", display_path(what)),
                    "dvx lineage <a file>", what};
      }
      return about_content(what, {}, hash_file_anywhere(absolute));
    }
    if (exists(absolute)) {
      std::vector<RestFile> files;
      const auto list = [&](const std::string& path, const ObjectId&, const Tree& tree) {
        for (const TreeEntry& entry : tree.entries()) {
          if (entry.kind != EntryKind::Directory)
            files.push_back({join_path(path, entry.name), data_of(entry)});
        }
      };
      const Snapshot snapshot =
          take_snapshot(repository_, *relative, {.mode = IngestMode::HashOnly, .on_tree = list}, progress_);
      if (!snapshot.failed.empty()) throw snapshot.failed.front().error;
      if (snapshot.data) {
        if (auto question = as_directory(*relative, *snapshot.data, files)) return question;
        return about_content(what, *relative, *snapshot.data);
      }
    }
    const auto recorded = recorded_at(*relative);
    return recorded ? std::optional(about_content(what, *relative, *recorded)) : std::nullopt;
  }

  // A directory that nothing recorded as a whole, and that holds what stages made or pointers name.
  std::optional<Question> as_directory(const std::string& path, const DataRef& data,
                                       const std::vector<RestFile>& files) {
    if (data.kind != DataKind::Tree || tracked_around(tracked_, path) != nullptr) return std::nullopt;
    Question question;
    question.path = path;
    question.data = data;
    std::vector<std::string> parts;
    for (const TrackedPath& tracked : tracked_) {
      if (!tracked.data || !is_beneath(tracked.path, path)) continue;
      const Snapshot here = take_snapshot(repository_, tracked.path, {}, progress_);
      if (here.data != tracked.data) continue;
      question.parts.push_back({.path = tracked.path, .data = *tracked.data});
      parts.push_back(tracked.path);
    }
    if (parts.empty()) return std::nullopt;
    question.is_all_of_parts = is_rest_recorded(repository_, files, parts);
    return question;
  }

  // What the lock file or a pointer has at a path that is not in the workspace.
  std::optional<DataRef> recorded_at(const std::string& path) const {
    const TrackedPath* around = tracked_around(tracked_, path);
    if (around == nullptr || !around->data) return std::nullopt;
    return data_within(repository_.store(), *around->data, around->path, path);
  }

  Question about_content(const std::string& what, const std::string& path, const DataRef& data) {
    Question question;
    question.path = path;
    question.data = data;
    if (made_by_locked_stage(question) || made_by_known_run(question)) return question;
    if (is_recorded_source(question)) return question;
    const std::string hint = tracked_around(tracked_, path) != nullptr ? "dvx status" : "dvx fetch";
    throw Error{ErrorKind::NotFound,
                fmt::format("no run made, read or recorded the content of '{}' ({})", display_path(what),
                            data.id.short_hex()),
                hint, what};
  }

  bool made_by_locked_stage(Question& question) const {
    for (const auto& [name, stage] : lock_.stages) {
      for (const LockedPath& out : stage.outs) {
        if (question.path.empty() || !is_beneath(question.path, out.path)) continue;
        const auto data = data_within(repository_.store(), out.data, out.path, question.path);
        if (!data || data->id != question.data.id) continue;
        question.maker = stage.run;
        return true;
      }
    }
    return false;
  }

  bool made_by_known_run(Question& question) {
    std::vector<std::pair<const KnownRun*, std::string>> makers;
    for (const KnownRun* run : history_.makers_of(question.data.id)) {
      for (const RunOutput& out : run->record.outs) {
        if (out.data.id == question.data.id) makers.emplace_back(run, out.path);
      }
    }
    if (makers.empty()) makers = history_.makers_inside(question.data.id);
    if (makers.empty()) return false;
    const auto same_path = [&](const auto& maker) { return maker.second == question.path; };
    const auto best = std::find_if(makers.begin(), makers.end(), same_path);
    const auto& chosen = best != makers.end() ? *best : makers.front();
    question.by_content = chosen.second != question.path;
    question.path = chosen.second;
    question.maker = chosen.first->id;
    for (const auto& [run, path] : makers) {
      if (run != chosen.first) question.also_made_by.push_back(run->id);
    }
    return true;
  }

  // Data behind a pointer, in git, or read by a run that is known.
  bool is_recorded_source(Question& question) {
    if (!question.path.empty() &&
        find_origins(repository_, {{question.path, question.data}}).front().kind != OriginKind::Unknown) {
      return true;
    }
    const auto elsewhere = [&](const std::string& path) {
      question.by_content = path != question.path;
      question.path = path;
      return true;
    };
    for (const TrackedPath& tracked : tracked_) {
      if (!tracked.data || tracked.pointer.empty()) continue;
      if (tracked.data->id == question.data.id) return elsewhere(tracked.path);
      if (const auto inside = find_in_tree(*tracked.data, question.data.id))
        return elsewhere(join_path(tracked.path, *inside));
    }
    for (const KnownRun* run : history_.all()) {
      for (const RunDependency& dep : run->record.deps) {
        if (dep.data.id == question.data.id) return elsewhere(dep.path);
      }
    }
    return false;
  }

  std::optional<std::string> find_in_tree(const DataRef& data, const ObjectId& content) const {
    if (data.kind != DataKind::Tree || !repository_.store().contains(data.id)) return std::nullopt;
    std::optional<std::string> found;
    repository_.store().walk_tree(data.id, [&](const std::string& path, const TreeEntry& entry) {
      if (entry.id == content && !found) found = path;
    });
    return found;
  }

  std::optional<Question> as_id(const std::string& what) {
    const std::string_view digits =
        what.starts_with("sha256:") ? std::string_view(what).substr(7) : std::string_view(what);
    if (digits.size() < ObjectId::kFewestDigits ||
        digits.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
      return std::nullopt;
    }
    std::set<ObjectId> runs;
    std::map<ObjectId, std::pair<std::string, DataRef>> data;
    const auto fits = [&](const ObjectId& id) { return id.to_hex().starts_with(digits); };
    const auto offer = [&](const std::string& path, const DataRef& ref) {
      if (fits(ref.id)) data.try_emplace(ref.id, path, ref);
    };
    for (const KnownRun* run : history_.all()) {
      if (fits(run->id)) runs.insert(run->id);
      for (const RunOutput& out : run->record.outs) offer(out.path, out.data);
      for (const RunDependency& dep : run->record.deps) offer(dep.path, dep.data);
    }
    for (const TrackedPath& tracked : tracked_) {
      if (tracked.data) offer(tracked.path, *tracked.data);
    }
    if (runs.size() + data.size() > 1) {
      throw Error{
          ErrorKind::Usage, fmt::format("'{}' is the start of {} ids", what, runs.size() + data.size()),
          fmt::format("dvx lineage {}", (runs.empty() ? data.begin()->first : *runs.begin()).to_hex())};
    }
    if (!runs.empty()) return run_question(*runs.begin());
    if (!data.empty()) return about_content(what, data.begin()->second.first, data.begin()->second.second);
    const auto id = ObjectId::parse(what);
    return id ? std::optional(about_content(what, {}, DataRef{.id = *id})) : std::nullopt;
  }

  Repository& repository_;
  const LockFile& lock_;
  RunHistory& history_;
  Progress& progress_;
  std::vector<TrackedPath> tracked_;
};

std::optional<ObjectId> maker_of(const LockFile& lock, const RunOutput& part) {
  for (const auto& [name, stage] : lock.stages) {
    for (const LockedPath& out : stage.outs) {
      if (out.path == part.path && out.data == part.data) return stage.run;
    }
  }
  return std::nullopt;
}

std::size_t add_focus(LineageBuilder& builder, const Question& question, const LockFile& lock,
                      LineageDirection direction) {
  if (question.run) return builder.add_run(*question.run);
  const std::size_t data = builder.add_data(question.path, question.data);
  if (question.maker) builder.add_edge(builder.add_run(*question.maker), data);
  if (question.is_all_of_parts) builder.set_made_of_parts(data);
  if (direction == LineageDirection::Down) return data;
  for (const RunOutput& part : question.parts) {
    const std::size_t held = builder.add_data(part.path, part.data);
    builder.add_part(data, held);
    if (const auto run = maker_of(lock, part)) builder.add_edge(builder.add_run(*run), held);
  }
  return data;
}

}  // namespace

LineageReport lineage(Repository& repository, const LineageOptions& options, Progress& progress) {
  const LockFile lock = load_lock(repository);
  RunHistory history(repository.store(), lock);
  Question question = Resolver(repository, lock, history, progress).resolve(options.what);
  LineageBuilder builder(repository, history);
  LineageReport report;
  report.focus = add_focus(builder, question, lock, options.direction);
  builder.set_focus(report.focus);
  if (options.direction == LineageDirection::Up) {
    builder.follow_up(report.focus);
  } else {
    builder.follow_down(report.focus);
  }
  report.graph = builder.finish();
  report.found_by_content = question.by_content;
  report.also_made_by = std::move(question.also_made_by);
  return report;
}

}  // namespace dvx
