// Work that comes in named tasks, several at once, such as the stages of a pipeline: what begins and what
// ends. Who draws progress may watch tasks too, by being both.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/progress.h"

namespace dvx {

enum class TaskEnd { Done, Failed, Skipped };

// All calls may come from any thread.
class TaskWatch {
 public:
  virtual ~TaskWatch() = default;
  // So many will end, started or not; 0 says that no more will come.
  virtual void tasks(std::uint64_t total) = 0;
  virtual void task_started(std::string_view name, std::optional<double> expected_seconds) = 0;
  virtual void task_ended(std::string_view name, TaskEnd end) = 0;
  // A line that a task printed, as it printed it.
  virtual void task_line(std::string_view name, std::string_view text) = 0;
  // Whether anybody looks, so that what a task is expected to take is worth finding out.
  virtual bool shows_tasks() const = 0;
};

// For a Progress that watches no tasks: their lines are lines like others.
class UnwatchedTasks final : public TaskWatch {
 public:
  explicit UnwatchedTasks(Progress& progress) : progress_(progress) {}
  void tasks(std::uint64_t) override {}
  void task_started(std::string_view, std::optional<double>) override {}
  void task_ended(std::string_view, TaskEnd) override {}
  void task_line(std::string_view name, std::string_view text) override {
    progress_.line(std::string(name).append(" | ").append(text));
  }
  bool shows_tasks() const override { return false; }

 private:
  Progress& progress_;
};

// Who watches the tasks of the work that `progress` is given. On any way out, also by an error, no more will
// come.
class WatchedTasks {
 public:
  WatchedTasks(Progress& progress, std::uint64_t total)
      : unwatched_(progress), watch_(dynamic_cast<TaskWatch*>(&progress)) {
    get().tasks(total);
  }
  WatchedTasks(const WatchedTasks&) = delete;
  WatchedTasks& operator=(const WatchedTasks&) = delete;
  ~WatchedTasks() { get().tasks(0); }

  TaskWatch& get() { return watch_ != nullptr ? *watch_ : unwatched_; }

 private:
  UnwatchedTasks unwatched_;
  TaskWatch* watch_;
};

// A line of a task, to whoever watches.
inline void tell_task_line(Progress& progress, std::string_view name, std::string_view text) {
  if (auto* watch = dynamic_cast<TaskWatch*>(&progress)) return watch->task_line(name, text);
  UnwatchedTasks(progress).task_line(name, text);
}

}  // namespace dvx
