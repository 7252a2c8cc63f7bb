// The one exception type of dvx, and what each kind of error means to a caller.
//
// Throw an Error for a failure that ends an operation. Absence is a std::optional, and when only some of many
// items fail, the report says so in a field. A message is lower case, has no full stop, quotes the user's own
// word and names the path. The hint is something to paste.
#pragma once

#include <cerrno>
#include <exception>
#include <string>
#include <string_view>

namespace dvx {

enum class ErrorKind {
  // The operation was refused, because something would be lost or is invalid: exit 1.
  Blocked,
  // The command line is wrong: exit 2.
  Usage,
  // A file that the user wrote (dvx.yaml, .dvx/config, a pointer file) is wrong: exit 2.
  Config,
  // Some items failed: exit 3.
  Partial,
  // The remote refused the credentials: exit 4.
  Authentication,
  // Data, a path, a stage or a revision does not exist: exit 5.
  NotFound,
  // Bytes do not match their id: exit 6.
  Corruption,
  // The network failed: exit 7.
  Network,
  // Another dvx holds the lock: exit 8.
  Locked,
  // The directory is in no repository: exit 10.
  NotARepository,
  // The machine failed (disk full, permission, hardware): exit 74 (EX_IOERR).
  Io,
  // dvx itself has a bug: exit 70.
  Internal,
  // A signal ended the operation: exit 128 + SIGINT.
  Interrupted,
};

// Returns the exit status of the process for `kind`, as in the table of docs/exit-codes.md.
int exit_code(ErrorKind kind);
// Returns the stable name that JSON output uses: "not-found", "corruption", …
std::string_view error_name(ErrorKind kind);

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {}, std::string path = {});

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  // Returns "" when there is no hint.
  const std::string& hint() const { return hint_; }
  // Returns the path that the error is about, as the user would write it, or "".
  const std::string& path() const { return path_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ErrorKind kind_;
  std::string message_, hint_, path_;
};

// Makes an Error for a failed system call: "cannot open 'x': Permission denied". ENOENT becomes NotFound,
// ELOOP becomes Config and names the link in the way, and every other errno becomes Io.
Error system_error(std::string_view action, std::string_view path, int errnum = errno);

}  // namespace dvx
