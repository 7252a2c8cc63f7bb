// The interface that reports the beginning and end of named tasks, several of which run at once, such as the
// stages of a pipeline. A class that draws progress may implement both Progress and TaskWatch.
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
  // Announces how many tasks will end, whether or not each one starts. A total of 0 says that no more will
  // come.
  virtual void tasks(std::uint64_t total) = 0;
  virtual void task_started(std::string_view name, std::optional<double> expected_seconds) = 0;
  virtual void task_ended(std::string_view name, TaskEnd end) = 0;
  // Passes on a line that a task printed, unchanged.
  virtual void task_line(std::string_view name, std::string_view text) = 0;
  // Says whether the tasks are shown at all. When they are not, the caller need not work out how long a task
  // will take.
  virtual bool shows_tasks() const = 0;
};

// Stands in for a Progress that watches no tasks. It passes the lines of tasks on as ordinary lines.
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

// Finds the TaskWatch of `progress` and announces `total` tasks. The destructor announces that no more will
// come, also after an exception.
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

// Passes a line of a task to the TaskWatch of `progress`, or prints it as an ordinary line.
inline void tell_task_line(Progress& progress, std::string_view name, std::string_view text) {
  if (auto* watch = dynamic_cast<TaskWatch*>(&progress)) return watch->task_line(name, text);
  UnwatchedTasks(progress).task_line(name, text);
}

}  // namespace dvx
