// A library to be preloaded into one program. It counts the calls that touch files and spoils chosen ones.
//
//   FAULT_CALLS=change   calls that change files or directories (default)
//               read     calls that open or read files
//               sync     fsync, fdatasync, syncfs
//   FAULT_PATH=PATTERN   of those, the ones whose path matches as a shell's would
//   FAULT=ACTION@N       at the N-th such call, counted from 1 over all threads
//   FAULT=ACTION@N+      at that one and all after it
//   FAULT_LOG=PATH       a line for each call, "N CALL PATH", and "hit N CALL PATH" for each spoilt one
//   BOOT_ID_FILE=PATH    is read instead of the kernel's boot_id, also by what the program starts: as if the
//                        machine had been started again
//
// ACTION is `kill` (SIGKILL before the call), `torn` (a write loses its second half, then SIGKILL), `short`
// (a write or read moves half of its bytes, at least one), `skip` (the call does nothing and reports
// success), `late` (a sync reports success but is done only after the next sync that is not spoilt, so that
// the content of a file becomes durable after its name), or the name of an error. EINTR with '+' interrupts
// every call once and not for ever, as signals do.
//
// The library affects only the process into which it was loaded, neither its forks nor what they execute.
// Pipes, terminals, sockets and files of the kernel are not counted. Calls that libc makes inside itself
// (stdio) do not pass through here; the harness compares the count with that of strace.
#include <dlfcn.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

extern char** environ;

namespace {

enum class Group { Change, Read, Sync };
enum class Action { None, Kill, Torn, Short, Skip, Late, Fail };

struct NamedError {
  const char* name;
  int number;
};
constexpr NamedError kErrors[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EINTR", EINTR},
                                  {"EMFILE", EMFILE}, {"EROFS", EROFS},   {"EDQUOT", EDQUOT},
                                  {"EACCES", EACCES}, {"ENOMEM", ENOMEM}, {"EFBIG", EFBIG}};

pid_t owner = 0;
Group counted = Group::Change;
Action action = Action::None;
int error_number = 0;
long first = 0;
char pattern[PATH_MAX] = "";
char boot_id_file[PATH_MAX] = "";
bool sticky = false;
int log_fd = -1;
std::atomic<long> calls{0};
thread_local bool interrupted_already = false;

bool is_mine() {
  return owner != 0 && ::syscall(SYS_getpid) == owner;
}

void tell(const char* prefix, long number, const char* call, const char* path) {
  if (log_fd < 0) return;
  char line[PATH_MAX + 128];
  const int length = std::snprintf(line, sizeof line, "%s%ld %s %s\n", prefix, number, call, path);
  if (length > 0) ::syscall(SYS_write, log_fd, line, static_cast<size_t>(length));
}

bool parse_action(const char* text, size_t length) {
  const auto is = [&](const char* name) {
    return std::strlen(name) == length && std::memcmp(name, text, length) == 0;
  };
  if (is("kill")) action = Action::Kill;
  if (is("torn")) action = Action::Torn;
  if (is("short")) action = Action::Short;
  if (is("skip")) action = Action::Skip;
  if (is("late")) action = Action::Late;
  for (const NamedError& each : kErrors) {
    if (!is(each.name)) continue;
    action = Action::Fail;
    error_number = each.number;
  }
  return action != Action::None;
}

void forget_variable(const char* name) {
  const size_t length = std::strlen(name);
  char** kept = environ;
  for (char** each = environ; *each != nullptr; ++each) {
    if (std::strncmp(*each, name, length) != 0 || (*each)[length] != '=') *kept++ = *each;
  }
  *kept = nullptr;
}

__attribute__((constructor)) void start() {
  const char* fault = std::getenv("FAULT");
  const char* group = std::getenv("FAULT_CALLS");
  const char* log = std::getenv("FAULT_LOG");
  const char* paths = std::getenv("FAULT_PATH");
  if (paths != nullptr) std::snprintf(pattern, sizeof pattern, "%s", paths);
  const char* boot = std::getenv("BOOT_ID_FILE");
  if (boot != nullptr) std::snprintf(boot_id_file, sizeof boot_id_file, "%s", boot);
  if (fault == nullptr && log == nullptr) return;
  if (group != nullptr && std::strcmp(group, "read") == 0) counted = Group::Read;
  if (group != nullptr && std::strcmp(group, "sync") == 0) counted = Group::Sync;
  if (fault != nullptr && *fault != '\0') {
    const char* at = std::strchr(fault, '@');
    char* end = nullptr;
    if (at != nullptr && parse_action(fault, static_cast<size_t>(at - fault)))
      first = std::strtol(at + 1, &end, 10);
    if (first < 1) {
      std::fprintf(stderr, "fault_preload: FAULT=%s is not understood\n", fault);
      std::_Exit(99);
    }
    sticky = *end == '+';
  }
  if (log != nullptr) {
    log_fd = static_cast<int>(
        ::syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    // The descriptor is moved away from the low numbers, which the program may rely on.
    const int high = static_cast<int>(::syscall(SYS_fcntl, log_fd, F_DUPFD_CLOEXEC, 200));
    if (high >= 0) {
      ::syscall(SYS_close, log_fd);
      log_fd = high;
    }
  }
  for (const char* name : {"LD_PRELOAD", "FAULT", "FAULT_CALLS", "FAULT_PATH", "FAULT_LOG"})
    forget_variable(name);
  owner = static_cast<pid_t>(::syscall(SYS_getpid));
}

// Decides what happens to this call.
Action decide(Group group, const char* call, const char* path) {
  if (group != counted || !is_mine()) return Action::None;
  if (pattern[0] != '\0' && ::fnmatch(pattern, path, FNM_PATHNAME) != 0) return Action::None;
  const long number = calls.fetch_add(1) + 1;
  const bool hit = action != Action::None && (number == first || (sticky && number > first));
  tell("", number, call, path);
  if (!hit) return Action::None;
  if (sticky && error_number == EINTR) {
    interrupted_already = !interrupted_already;
    if (!interrupted_already) return Action::None;
  }
  tell("hit ", number, call, path);
  if (action == Action::Kill) {
    ::syscall(SYS_kill, owner, SIGKILL);
    for (;;) ::pause();
  }
  return action;
}

[[noreturn]] void die() {
  ::syscall(SYS_kill, owner, SIGKILL);
  for (;;) ::pause();
}

bool is_counted_path(const char* path) {
  if (path == nullptr) return false;
  const auto below = [path](const char* directory) {
    return std::strncmp(path, directory, std::strlen(directory)) == 0;
  };
  return (!below("/dev/") || below("/dev/shm/")) && !below("/proc/") && !below("/sys/") && !below("/memfd:");
}

// Fills `name` when `fd` is a file or directory.
bool is_counted_file(int fd, char (&name)[PATH_MAX]) {
  struct stat st {};
  if (::syscall(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) != 0) return false;
  if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode)) return false;
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const long length = ::syscall(SYS_readlink, link, name, sizeof name - 1);
  if (length < 0) return false;
  name[length] = '\0';
  return is_counted_path(name);
}

template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

// Returns true when the call must not be made; `result` is then its result.
template <typename Result>
bool spoilt(Action what, Result& result) {
  if (what == Action::Torn) die();
  if (what == Action::Skip) {
    result = 0;
    return true;
  }
  if (what != Action::Fail) return false;
  errno = error_number;
  result = -1;
  return true;
}

// Returns the number of bytes that a write or read moves. `what` says whether to die after it.
size_t shortened(Action what, size_t length) {
  return (what == Action::Short || what == Action::Torn) && length > 1 ? length / 2 : length;
}

template <typename Call>
ssize_t move_bytes(Group group, const char* name, int fd, size_t length, Call call) {
  char path[PATH_MAX];
  const Action what = is_mine() && is_counted_file(fd, path) ? decide(group, name, path) : Action::None;
  if (what == Action::Skip) return static_cast<ssize_t>(length);
  if (what == Action::Fail) {
    errno = error_number;
    return -1;
  }
  const ssize_t moved = call(shortened(what, length));
  if (what == Action::Torn) die();
  return moved;
}

template <typename Call>
int on_file(Group group, const char* name, int fd, Call call) {
  char path[PATH_MAX];
  int result = 0;
  if (is_mine() && is_counted_file(fd, path) && spoilt(decide(group, name, path), result)) return result;
  return call();
}

// The files whose sync is still to be done.
std::mutex late_mutex;
constexpr size_t kLateSyncs = 256;
size_t late_count = 0;
int late_files[kLateSyncs];

void sync_later(int fd) {
  const std::lock_guard lock(late_mutex);
  if (late_count == kLateSyncs) std::_Exit(99);
  late_files[late_count++] = static_cast<int>(::syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 300));
}

void sync_late_files() {
  const std::lock_guard lock(late_mutex);
  for (; late_count > 0; --late_count) {
    ::syscall(SYS_fsync, late_files[late_count - 1]);
    ::syscall(SYS_close, late_files[late_count - 1]);
  }
}

template <typename Call>
int on_sync(Group group, const char* name, int fd, Call call) {
  char path[PATH_MAX];
  if (is_mine() && is_counted_file(fd, path)) {
    int result = 0;
    const Action what = decide(group, name, path);
    if (what == Action::Late) {
      sync_later(fd);
      return 0;
    }
    if (spoilt(what, result)) return result;
  }
  const int result = call();
  if (action == Action::Late) sync_late_files();
  return result;
}

template <typename Call>
int on_path(const char* name, const char* path, Call call) {
  int result = 0;
  if (is_mine() && is_counted_path(path) && spoilt(decide(Group::Change, name, path), result)) return result;
  return call();
}

int open_counted(const char* name, const char* path, int flags, int (*call)(void*), void* argument) {
  if (is_mine() && is_counted_path(path)) {
    const bool changes = (flags & (O_CREAT | O_TRUNC)) != 0 || (flags & O_ACCMODE) != O_RDONLY;
    int result = 0;
    const Action what = decide(changes ? Group::Change : Group::Read, name, path);
    if (what != Action::Skip && spoilt(what, result)) return result;
  }
  return call(argument);
}

const char* file_to_open(const char* path) {
  const bool is_boot_id = path != nullptr && std::strcmp(path, "/proc/sys/kernel/random/boot_id") == 0;
  return is_boot_id && boot_id_file[0] != '\0' ? boot_id_file : path;
}

// The optional argument of open(2), which is present only when a file may be made.
mode_t mode_in(int flags, va_list rest) {
  const bool is_there = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return is_there ? va_arg(rest, mode_t) : 0;
}

size_t total(const iovec* pieces, int count) {
  size_t sum = 0;
  for (int i = 0; i < count; ++i) sum += pieces[i].iov_len;
  return sum;
}

}  // namespace

extern "C" {

#define OPEN_WRAPPER(function)                                                                        \
  int function(const char* path, int flags, ...) {                                                    \
    path = file_to_open(path);                                                                        \
    va_list rest;                                                                                     \
    va_start(rest, flags);                                                                            \
    const mode_t mode = mode_in(flags, rest);                                                         \
    va_end(rest);                                                                                     \
    auto call = [&] { return next<int(const char*, int, ...)>(#function)(path, flags, mode); };       \
    return open_counted(                                                                              \
        #function, path, flags, [](void* c) { return (*static_cast<decltype(call)*>(c))(); }, &call); \
  }
OPEN_WRAPPER(open)
OPEN_WRAPPER(open64)

#define OPENAT_WRAPPER(function)                                                                      \
  int function(int directory, const char* path, int flags, ...) {                                     \
    path = file_to_open(path);                                                                        \
    va_list rest;                                                                                     \
    va_start(rest, flags);                                                                            \
    const mode_t mode = mode_in(flags, rest);                                                         \
    va_end(rest);                                                                                     \
    auto call = [&] {                                                                                 \
      return next<int(int, const char*, int, ...)>(#function)(directory, path, flags, mode);          \
    };                                                                                                \
    return open_counted(                                                                              \
        #function, path, flags, [](void* c) { return (*static_cast<decltype(call)*>(c))(); }, &call); \
  }
OPENAT_WRAPPER(openat)
OPENAT_WRAPPER(openat64)

ssize_t write(int fd, const void* bytes, size_t length) {
  return move_bytes(Group::Change, "write", fd, length,
                    [&](size_t n) { return next<ssize_t(int, const void*, size_t)>("write")(fd, bytes, n); });
}
#define PWRITE_WRAPPER(function)                                                              \
  ssize_t function(int fd, const void* bytes, size_t length, off_t offset) {                  \
    return move_bytes(Group::Change, #function, fd, length, [&](size_t n) {                   \
      return next<ssize_t(int, const void*, size_t, off_t)>(#function)(fd, bytes, n, offset); \
    });                                                                                       \
  }
PWRITE_WRAPPER(pwrite)
PWRITE_WRAPPER(pwrite64)

// Cuts the call to its first piece when it is to be short.
ssize_t writev(int fd, const iovec* pieces, int count) {
  return move_bytes(Group::Change, "writev", fd, total(pieces, count), [&](size_t n) -> ssize_t {
    if (n == total(pieces, count)) return next<ssize_t(int, const iovec*, int)>("writev")(fd, pieces, count);
    return next<ssize_t(int, const void*, size_t)>("write")(fd, pieces[0].iov_base, pieces[0].iov_len);
  });
}

ssize_t read(int fd, void* bytes, size_t length) {
  return move_bytes(Group::Read, "read", fd, length,
                    [&](size_t n) { return next<ssize_t(int, void*, size_t)>("read")(fd, bytes, n); });
}
#define PREAD_WRAPPER(function)                                                         \
  ssize_t function(int fd, void* bytes, size_t length, off_t offset) {                  \
    return move_bytes(Group::Read, #function, fd, length, [&](size_t n) {               \
      return next<ssize_t(int, void*, size_t, off_t)>(#function)(fd, bytes, n, offset); \
    });                                                                                 \
  }
PREAD_WRAPPER(pread)
PREAD_WRAPPER(pread64)

int flock(int fd, int operation) {
  return on_file(Group::Read, "flock", fd, [&] { return next<int(int, int)>("flock")(fd, operation); });
}

// A sync counts as a change for errors and kills. The syncs that are left out form a group of their own.
#define SYNC_WRAPPER(function)                                                           \
  int function(int fd) {                                                                 \
    const Group group = counted == Group::Sync ? Group::Sync : Group::Change;            \
    return on_sync(group, #function, fd, [&] { return next<int(int)>(#function)(fd); }); \
  }
SYNC_WRAPPER(fsync)
SYNC_WRAPPER(fdatasync)
SYNC_WRAPPER(syncfs)

#define FD_WRAPPER(function, PARAMETERS, ARGUMENTS)                                                          \
  int function PARAMETERS {                                                                                  \
    return on_file(Group::Change, #function, fd, [&] { return next<int PARAMETERS>(#function) ARGUMENTS; }); \
  }
FD_WRAPPER(ftruncate, (int fd, off_t length), (fd, length))
FD_WRAPPER(ftruncate64, (int fd, off_t length), (fd, length))
FD_WRAPPER(fallocate, (int fd, int mode, off_t offset, off_t length), (fd, mode, offset, length))
FD_WRAPPER(fallocate64, (int fd, int mode, off_t offset, off_t length), (fd, mode, offset, length))
FD_WRAPPER(fchmod, (int fd, mode_t mode), (fd, mode))
FD_WRAPPER(futimens, (int fd, const struct timespec* times), (fd, times))

int ioctl(int fd, unsigned long request, ...) {
  va_list arguments;
  va_start(arguments, request);
  void* argument = va_arg(arguments, void*);
  va_end(arguments);
  const auto call = [&] { return next<int(int, unsigned long, ...)>("ioctl")(fd, request, argument); };
  if (request != FICLONE && request != FICLONERANGE) return call();
  return on_file(Group::Change, "ioctl", fd, call);
}

#define PATH_WRAPPER(function, path, PARAMETERS, ARGUMENTS)                                     \
  int function PARAMETERS {                                                                     \
    return on_path(#function, path, [&] { return next<int PARAMETERS>(#function) ARGUMENTS; }); \
  }
PATH_WRAPPER(rename, to, (const char* from, const char* to), (from, to))
PATH_WRAPPER(renameat, to, (int from_fd, const char* from, int to_fd, const char* to),
             (from_fd, from, to_fd, to))
PATH_WRAPPER(renameat2, to, (int from_fd, const char* from, int to_fd, const char* to, unsigned flags),
             (from_fd, from, to_fd, to, flags))
PATH_WRAPPER(link, to, (const char* from, const char* to), (from, to))
PATH_WRAPPER(linkat, to, (int from_fd, const char* from, int to_fd, const char* to, int flags),
             (from_fd, from, to_fd, to, flags))
PATH_WRAPPER(symlink, path, (const char* target, const char* path), (target, path))
PATH_WRAPPER(symlinkat, path, (const char* target, int fd, const char* path), (target, fd, path))
PATH_WRAPPER(unlink, path, (const char* path), (path))
PATH_WRAPPER(unlinkat, path, (int fd, const char* path, int flags), (fd, path, flags))
PATH_WRAPPER(remove, path, (const char* path), (path))
PATH_WRAPPER(rmdir, path, (const char* path), (path))
PATH_WRAPPER(mkdir, path, (const char* path, mode_t mode), (path, mode))
PATH_WRAPPER(mkdirat, path, (int fd, const char* path, mode_t mode), (fd, path, mode))
PATH_WRAPPER(truncate, path, (const char* path, off_t length), (path, length))
PATH_WRAPPER(chmod, path, (const char* path, mode_t mode), (path, mode))
PATH_WRAPPER(fchmodat, path, (int fd, const char* path, mode_t mode, int flags), (fd, path, mode, flags))
PATH_WRAPPER(utimensat, path, (int fd, const char* path, const struct timespec* times, int flags),
             (fd, path, times, flags))
}
