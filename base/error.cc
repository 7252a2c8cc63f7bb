#include "base/error.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "base/beneath.h"

namespace dvx {

namespace {
struct Row {
  ErrorKind kind;
  int exit_code;
  std::string_view name;
};
constexpr Row kTable[] = {
    {ErrorKind::Blocked, 1, "blocked"},
    {ErrorKind::Usage, 2, "usage"},
    {ErrorKind::Config, 2, "config"},
    {ErrorKind::Partial, 3, "partial"},
    {ErrorKind::Authentication, 4, "authentication"},
    {ErrorKind::NotFound, 5, "not-found"},
    {ErrorKind::Corruption, 6, "corruption"},
    {ErrorKind::Network, 7, "network"},
    {ErrorKind::Locked, 8, "locked"},
    {ErrorKind::NotARepository, 10, "not-a-repository"},
    {ErrorKind::Io, 74, "io"},
    {ErrorKind::Internal, 70, "internal"},
    {ErrorKind::Interrupted, 130, "interrupted"},
};

const Row& row(ErrorKind kind) {
  for (const Row& r : kTable) {
    if (r.kind == kind) return r;
  }
  std::terminate();
}
}  // namespace

int exit_code(ErrorKind kind) {
  return row(kind).exit_code;
}
std::string_view error_name(ErrorKind kind) {
  return row(kind).name;
}

Error::Error(ErrorKind kind, std::string message, std::string hint, std::string path)
    : kind_(kind), message_(std::move(message)), hint_(std::move(hint)), path_(std::move(path)) {}

Error system_error(std::string_view action, std::string_view path, int errnum) {
  if (errnum == ELOOP) {
    const std::string link = link_on_the_way(std::string(path));
    return Error(ErrorKind::Config,
                 fmt::format("cannot {} '{}': {} is a symbolic link, and dvx follows none here", action, path,
                             link.empty() ? "a part of the path" : fmt::format("'{}'", link)),
                 "put a directory or a file in place of the link", std::string(path));
  }
  const ErrorKind kind = errnum == ENOENT ? ErrorKind::NotFound : ErrorKind::Io;
  std::string hint;
  if (errnum == ENOSPC || errnum == EDQUOT)
    hint = "free some space and run the command again; nothing was lost";
  return Error(kind, fmt::format("cannot {} '{}': {}", action, path, std::strerror(errnum)), hint,
               std::string(path));
}

}  // namespace dvx
