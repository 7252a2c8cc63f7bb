// The one exception type of dvx and the table of what it means to a caller.
//
// Throw it for what ends an operation; absence is std::optional, and some failed items of many are fields of
// a report. A message is lower case, without a full stop, quotes the user's own word and names the path; the
// hint is something to paste.
#pragma once

#include <cerrno>
#include <exception>
#include <string>
#include <string_view>

namespace dvx {

enum class ErrorKind {
  Blocked,         // refused because something would be lost or is invalid: exit 1
  Usage,           // the command line: exit 2
  Config,          // a file the user wrote (dvx.yaml, .dvx/config, a pointer file): exit 2
  Partial,         // some items failed: exit 3
  Authentication,  // exit 4
  NotFound,        // data, a path, a stage, a revision: exit 5
  Corruption,      // bytes are not what their id says: exit 6
  Network,         // exit 7
  Locked,          // another dvx is at work: exit 8
  NotARepository,  // exit 10
  Io,              // the machine: disk full, permission, hardware: exit 74 (EX_IOERR)
  Internal,        // a bug in dvx: exit 70
  Interrupted,     // a signal: exit 128 + SIGINT
};

// Process exit status for `kind`: the table in docs/exit-codes.md.
int exit_code(ErrorKind kind);
// Stable machine name used in JSON: "not-found", "corruption", …
std::string_view error_name(ErrorKind kind);

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {}, std::string path = {});

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }  // empty when there is none
  const std::string& path() const {
    return path_;
  }  // what it is about, as the user would write it; may be empty
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorKind kind_;
  std::string message_, hint_, path_;
};

// An Error for a failed system call: "cannot open 'x': Permission denied". ENOENT becomes NotFound, all else
// Io.
Error system_error(std::string_view action, std::string_view path, int errnum = errno);

}  // namespace dvx
