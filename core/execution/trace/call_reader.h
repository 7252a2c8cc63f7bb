// Turns the calls that the kernel tells of into what they do to files.
#pragma once

#include <linux/seccomp.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/execution/trace/file_path.h"
#include "core/execution/trace/file_use.h"
#include "core/execution/trace/traced_process.h"
#include "core/execution/trace/watched_calls.h"

namespace dvx {

// Before the call, since the kernel does not tell of its end: what is there says whether it will succeed.
class CallReader {
 public:
  // `moved` is called before a directory may be changed or renamed.
  CallReader(FilePathResolver& paths, FileUseLog& log, std::function<void()> moved)
      : paths_(paths), log_(log), moved_(std::move(moved)) {}

  // `is_valid`: the process still waits in this call. Asked after its memory was read.
  void take(const seccomp_notif& call, const std::function<bool()>& is_valid);

 private:
  struct Subject {
    std::string path;   // absolute, as given
    std::string other;  // of what is made from it
    int flags = 0;
  };

  std::optional<Subject> subject(const WatchedCall& call, const seccomp_data& data,
                                 const TracedProcess& process) const;
  void act(WatchedAction action, const Subject& subject);
  void open(const Subject& subject);
  void execute(const Subject& subject, int depth);
  void make(const Subject& subject);
  void link(const Subject& subject);
  void rename(const Subject& subject);
  void remove(const Subject& subject);

  FilePathResolver& paths_;
  FileUseLog& log_;
  std::function<void()> moved_;
};

}  // namespace dvx
