#include "core/execution/trace/call_reader.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/file.h"
#include "base/path.h"
#include "base/unique_fd.h"

namespace dvx {

namespace {

constexpr int kDeepestInterpreter = 5;  // of scripts, as in the kernel
constexpr unsigned kExchange = 2;       // RENAME_EXCHANGE

std::optional<struct ::stat> target_of(const std::string& path) {
  struct ::stat st {};
  if (::stat(path.c_str(), &st) != 0) return std::nullopt;
  return st;
}

// The interpreter that a program is run by, or "".
std::string interpreter_of(const std::string& file) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  std::array<char, 4096> head{};
  const ssize_t n = fd ? ::pread(fd.get(), head.data(), head.size(), 0) : 0;
  const std::string_view text(head.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  if (text.starts_with("#!")) {
    const std::string_view line = text.substr(2, text.find('\n') - 2);
    const std::size_t begin = std::min(line.find_first_not_of(" \t"), line.size());
    return std::string(line.substr(begin, line.find_first_of(" \t", begin) - begin));
  }
  if (!text.starts_with("\177ELF\2") || text.size() < sizeof(Elf64_Ehdr)) return {};
  Elf64_Ehdr elf;
  std::memcpy(&elf, text.data(), sizeof elf);
  for (std::size_t i = 0; i < elf.e_phnum; ++i) {
    Elf64_Phdr part;
    const std::size_t at = elf.e_phoff + i * sizeof part;
    if (at + sizeof part > text.size()) return {};
    std::memcpy(&part, text.data() + at, sizeof part);
    if (part.p_type == PT_INTERP && part.p_offset < text.size())
      return std::string(text.data() + part.p_offset);  // ends in NUL, as the array does
  }
  return {};
}

}  // namespace

void CallReader::take(const seccomp_notif& call, const std::function<bool()>& is_valid) {
  const WatchedCall* watched = find_watched_call(call.data.arch, call.data.nr);
  if (watched == nullptr) return log_.unseen("files of x32 programs");
  if (watched->action == WatchedAction::ChangeDirectory) return moved_();
  if (watched->action == WatchedAction::ChangeRoot) moved_();
  if (watched->action == WatchedAction::Ring) return log_.unseen("files opened through io_uring");
  if (watched->action == WatchedAction::Handle) return log_.unseen("files opened by handle");
  if (watched->action == WatchedAction::ChangeRoot)
    return log_.unseen("files of a program that changed its root directory");
  const TracedProcess process(static_cast<pid_t>(call.pid));
  const auto about = subject(*watched, call.data, process);
  if (!is_valid()) return;  // killed: the call does not happen
  if (!about) return log_.unseen("files of a program that does not let itself be looked at");
  act(watched->action, *about);
}

std::optional<CallReader::Subject> CallReader::subject(const WatchedCall& call, const seccomp_data& data,
                                                       const TracedProcess& process) const {
  const auto path_of = [&](int directory, int path) -> std::optional<std::string> {
    if (path < 0) return std::string();
    const auto text = process.text_at(data.args[path]);
    if (!text) return std::nullopt;
    return process.absolute(directory < 0 ? AT_FDCWD : static_cast<int>(data.args[directory]), *text);
  };
  Subject subject;
  const auto path = path_of(call.directory, call.path),
             other = path_of(call.other_directory, call.other_path);
  if (!path || !other) return std::nullopt;
  subject.path = *path;
  subject.other = *other;
  if (call.flags >= 0) subject.flags = static_cast<int>(data.args[call.flags]);
  if (call.action == WatchedAction::OpenWithHow) {
    const auto flags = process.number_at(data.args[call.flags]);
    if (!flags) return std::nullopt;
    subject.flags = static_cast<int>(*flags);
  }
  if (call.action == WatchedAction::Create) subject.flags = O_WRONLY | O_CREAT | O_TRUNC;
  return subject;
}

void CallReader::act(WatchedAction action, const Subject& subject) {
  switch (action) {
    case WatchedAction::Open:
    case WatchedAction::OpenWithHow:
    case WatchedAction::Create:
      return open(subject);
    case WatchedAction::Truncate:
      return open({subject.path, {}, O_WRONLY});
    case WatchedAction::Execute:
      return execute(subject, 0);
    case WatchedAction::Rename:
      return rename(subject);
    case WatchedAction::Remove:
      return remove(subject);
    case WatchedAction::Link:
      return link(subject);
    case WatchedAction::MakeDirectory:
      if (const auto path = paths_.entry(subject.path); path && !exists(path->real))
        log_.make_directory(*path);
      return;
    case WatchedAction::Symlink:
    case WatchedAction::MakeNode:
      return make(subject);
    default:
      return;
  }
}

// A reference (O_PATH) reads nothing; what is opened through it comes again.
void CallReader::open(const Subject& subject) {
  if ((subject.flags & O_PATH) != 0 || (subject.flags & O_TMPFILE) == O_TMPFILE) return;
  const auto path = paths_.file(subject.path);
  if (!path) return;
  const auto st = target_of(path->real);
  const bool creates = (subject.flags & O_CREAT) != 0;
  if (!st) return creates ? log_.write(*path) : log_.missing(*path);
  if (S_ISDIR(st->st_mode)) return log_.list(*path);
  if (creates && (subject.flags & O_EXCL) != 0) return;  // it will fail
  const int access = subject.flags & O_ACCMODE;
  const bool keeps = (subject.flags & O_TRUNC) == 0 && st->st_size > 0;
  if (access == O_RDONLY || (access == O_RDWR && keeps)) log_.read(*path);
  if (access != O_RDONLY || (subject.flags & O_TRUNC) != 0) log_.write(*path);
}

void CallReader::execute(const Subject& subject, int depth) {
  const auto path = paths_.file(subject.path);
  const auto st = target_of(subject.path);
  if (!st) {
    if (path) log_.missing(*path);
    return;
  }
  if (!S_ISREG(st->st_mode)) return;
  if (path) log_.read(*path);
  const std::string interpreter = interpreter_of(subject.path);
  if (!interpreter.starts_with('/') || depth == kDeepestInterpreter) return;
  execute({interpreter, {}, 0}, depth + 1);
}

void CallReader::make(const Subject& subject) {
  const auto path = paths_.entry(subject.path);
  if (path && !exists(path->real)) log_.write(*path);
  paths_.forget();
}

void CallReader::link(const Subject& subject) {
  const bool follow = (subject.flags & AT_SYMLINK_FOLLOW) != 0;
  const auto from = follow ? paths_.file(subject.path) : paths_.entry(subject.path);
  const auto to = paths_.entry(subject.other);
  if (to && exists(to->real)) return;
  if (from && exists(from->real)) log_.read(*from);
  if (to) log_.write(*to);
  paths_.forget();
}

void CallReader::rename(const Subject& subject) {
  const auto from = paths_.entry(subject.path), to = paths_.entry(subject.other);
  const auto moved = stat_if_exists(from ? from->real : subject.path);
  if (!moved) return;  // it will fail
  const bool exchange = (static_cast<unsigned>(subject.flags) & kExchange) != 0;
  if (!S_ISREG(moved->st_mode) || exchange) moved_();
  if (from && to && exchange) {
    for (const auto& side : {from, to}) {
      log_.read(*side);
      log_.write(*side);
    }
  } else if (from && to) {
    log_.rename(*from, *to);
  } else if (to) {
    log_.write(*to);
  } else if (from) {
    log_.read(*from);
    log_.remove(*from);
  }
  paths_.forget();
}

void CallReader::remove(const Subject& subject) {
  const auto path = paths_.entry(subject.path);
  const auto st = stat_if_exists(path ? path->real : subject.path);
  if (path && st) log_.remove(*path);
  if (st && !S_ISREG(st->st_mode)) paths_.forget();
}

}  // namespace dvx
