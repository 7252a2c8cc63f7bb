// The system calls a trace is about, by number, and the seccomp filter that has the kernel ask about them.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

namespace dvx {

enum class WatchedAction {
  Open,
  OpenWithHow,  // flags are in a struct open_how
  Create,       // creat: an open for writing
  Execute,
  Rename,
  Remove,
  Link,
  Symlink,
  MakeDirectory,
  MakeNode,
  Truncate,
  Ring,             // io_uring, which opens files without further calls
  Handle,           // open_by_handle_at
  ChangeDirectory,  // that the library did not do itself
  ChangeRoot        // paths mean something else from here on
};

struct WatchedCall {
  int number = 0;
  WatchedAction action = WatchedAction::Open;
  // Positions of arguments; -1: there is none, and a path starts at the working directory.
  int directory = -1, path = -1, flags = -1;
  int other_directory = -1, other_path = -1;  // of what is made from `path`
};

// `architecture` as in seccomp_data. Null for a call that is not watched.
const WatchedCall* find_watched_call(std::uint32_t architecture, int number);

// Whether traces work on this kind of machine.
bool is_traceable_machine();

// Lets everything pass but watched calls that the library in traced programs does not log (trace_record.h).
std::vector<sock_filter> make_trace_filter();

}  // namespace dvx
