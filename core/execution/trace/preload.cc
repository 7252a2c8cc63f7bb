// A library that dvx loads into traced programs (LD_PRELOAD): it logs the files that are opened through the C
// library, so that most opens need not wait for dvx. What it does not see, dvx is told by the kernel.
//
// Stands alone: no C library of its own, since programs bring different ones, no start-up code, no
// sanitizers. It is called from threads, signal handlers and children of vfork, so nothing here locks or
// allocates.
#include "core/execution/trace/trace_record.h"

#if defined(__x86_64__) || defined(__aarch64__)  // elsewhere it is empty, and dvx does not trace

extern "C" {
__attribute__((weak)) int* __errno_location();
__attribute__((weak)) void* fdopen(int fd, const char* mode);
__attribute__((weak)) void* dlsym(void* handle, const char* name);
}

#define DVX_EXPORT extern "C" __attribute__((visibility("default")))

namespace {

using dvx::TraceLogHeader;
using dvx::TraceRecord;
using dvx::TraceRecordKind;

constexpr int kHere = -100;  // AT_FDCWD
constexpr int kCreate = 0100, kExclusive = 0200, kTruncate = 01000, kAppend = 02000, kCloseOnExec = 02000000;
constexpr int kWriteOnly = 1, kReadWrite = 2, kAccess = 3;
constexpr long kNotFound = -2, kNotDirectory = -20;  // -ENOENT, -ENOTDIR
#if defined(__x86_64__)
constexpr int kDirectory = 0200000, kPathOnly = 010000000;
constexpr long kOpenAt = 257, kClose = 3, kReadLinkAt = 267, kGetCwd = 79, kMap = 9, kChDir = 80,
               kFChDir = 81;
#else
constexpr int kDirectory = 040000, kPathOnly = 010000000;
constexpr long kOpenAt = 56, kClose = 57, kReadLinkAt = 78, kGetCwd = 17, kMap = 222, kChDir = 49,
               kFChDir = 50;
#endif

// The last two arguments do not stay in their registers, where they would be those of the next call.
#if defined(__x86_64__)
long system_call(long number, long a, long b, long c, long d, long e, long f) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  __asm__ volatile("syscall\n\txorl %%r8d, %%r8d\n\txorl %%r9d, %%r9d"
                   : "=a"(result), "+r"(r8), "+r"(r9)
                   : "0"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}
#else
long system_call(long number, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = f;
  __asm__ volatile("svc #0\n\tmov x4, xzr\n\tmov x5, xzr"
                   : "+r"(x0), "+r"(x4), "+r"(x5)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3)
                   : "memory");
  return x0;
}
#endif

// dvx is not asked about this one. `bound` is the argument that the mark holds for.
long unwatched(long number, long a, long b, long c, long d, long bound) {
  return system_call(number, a, b, c, d, static_cast<long>(dvx::kLoggedMark),
                     static_cast<long>(dvx::kLoggedAddressMark ^ static_cast<uint64_t>(bound)));
}

long open_unwatched(int directory, const char* path, int flags, unsigned mode) {
  const long address = reinterpret_cast<long>(path);
  return unwatched(kOpenAt, directory, address, flags, static_cast<long>(mode), address);
}

long open_watched(int directory, const char* path, int flags, unsigned mode) {
  return system_call(kOpenAt, directory, reinterpret_cast<long>(path), flags, static_cast<long>(mode), 0, 0);
}

// Not constant to the compiler: dvx writes into the image.
const volatile char log_path[sizeof dvx::kTraceLogPlace] =
    "dvx-trace-log-path-goes-here.................................";
TraceLogHeader* log_start = nullptr;

__attribute__((constructor)) void map_log() {
  char path[sizeof dvx::kTraceLogPlace];
  for (size_t i = 0; i < sizeof path; ++i) path[i] = log_path[i];
  const long fd = open_unwatched(kHere, path, kReadWrite | kCloseOnExec, 0);
  if (fd < 0) return;
  constexpr long kReadAndWrite = 3, kShared = 1;
  const long address =
      system_call(kMap, 0, static_cast<long>(dvx::kTraceLogSize), kReadAndWrite, kShared, fd, 0);
  system_call(kClose, fd, 0, 0, 0, 0, 0);
  if (address > 0) log_start = reinterpret_cast<TraceLogHeader*>(address);
}

bool has_room() {
  return __atomic_load_n(&log_start->used, __ATOMIC_RELAXED) < dvx::kTraceLogSize - dvx::kTraceLogMargin;
}

size_t length_of(const char* text) {
  size_t length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

bool begins_with(const char* text, const char* start) {
  while (*start != '\0' && *text == *start) ++text, ++start;
  return *start == '\0';
}

void append(char*& to, const char* text, size_t length) {
  for (size_t i = 0; i < length; ++i) *to++ = text[i];
}

void log(TraceRecordKind kind, const char* base, size_t base_length, const char* path) {
  const size_t path_length = length_of(path);
  const size_t length = base_length == 0 ? path_length : base_length + 1 + path_length;
  const size_t size = dvx::trace_record_size(length);
  const uint64_t at = __atomic_fetch_add(&log_start->used, size, __ATOMIC_RELAXED);
  if (at + size > dvx::kTraceLogSize - sizeof(TraceLogHeader)) {
    __atomic_fetch_add(&log_start->lost, 1, __ATOMIC_RELAXED);
    return;
  }
  auto* record = reinterpret_cast<TraceRecord*>(reinterpret_cast<char*>(log_start + 1) + at);
  record->length = static_cast<uint32_t>(length);
  char* to = reinterpret_cast<char*>(record + 1);
  if (base_length != 0) {
    append(to, base, base_length);
    append(to, "/", 1);
  }
  append(to, path, path_length);
  __atomic_store_n(&record->mark, dvx::kTraceRecordMark | static_cast<uint32_t>(kind), __ATOMIC_RELEASE);
}

// "/proc/self/fd/<n>"
size_t link_of_descriptor(int fd, char* out) {
  char* at = out;
  append(at, "/proc/self/fd/", 14);
  char digits[12];
  size_t count = 0;
  for (unsigned rest = static_cast<unsigned>(fd); count == 0 || rest != 0; rest /= 10)
    digits[count++] = static_cast<char>('0' + rest % 10);
  while (count > 0) *at++ = digits[--count];
  *at = '\0';
  return static_cast<size_t>(at - out);
}

// What a relative path starts at. Asking for the working directory costs as much as everything else here, so
// it is kept: until this program changes it (a child of vfork too, whose memory this is), or anybody changes
// or renames a directory in a way that only dvx sees.
struct Base {
  const char* text;
  size_t length;  // 0: nobody can say
};

constexpr size_t kLongestBase = 1024;
char kept_directory[kLongestBase];
size_t kept_length = 0;
bool changes_directory = false;

bool may_keep_directory() {
  return !__atomic_load_n(&changes_directory, __ATOMIC_ACQUIRE) &&
         __atomic_load_n(&log_start->moved, __ATOMIC_ACQUIRE) == 0;
}

Base working_directory(char* room) {
  const bool may_keep = may_keep_directory();
  const size_t kept = __atomic_load_n(&kept_length, __ATOMIC_ACQUIRE);
  if (may_keep && kept != 0) return {kept_directory, kept};
  const long n = system_call(kGetCwd, reinterpret_cast<long>(room), kLongestBase, 0, 0, 0, 0);
  if (n < 2 || room[0] != '/') return {room, 0};
  const size_t length = static_cast<size_t>(n - 1);  // without its NUL
  if (may_keep) {
    // Threads that do this at the same time write the same.
    for (size_t i = 0; i < length; ++i) kept_directory[i] = room[i];
    __atomic_store_n(&kept_length, length, __ATOMIC_RELEASE);
  }
  return {room, length};
}

Base base_of(int directory, char* room) {
  if (directory == kHere) return working_directory(room);
  char link[32];
  link_of_descriptor(directory, link);
  const long n = system_call(kReadLinkAt, kHere, reinterpret_cast<long>(link), reinterpret_cast<long>(room),
                             kLongestBase, 0, 0);
  const bool is_whole = n > 0 && static_cast<size_t>(n) < kLongestBase && room[0] == '/';
  return {room, is_whole ? static_cast<size_t>(n) : 0};
}

// What depends on the file that was there, on the process, or is no file, dvx looks at itself.
bool is_plain(const char* path, int flags) {
  const bool read_and_write = (flags & kAccess) == kReadWrite && (flags & kTruncate) == 0;
  if (read_and_write || (flags & kAccess) == kAccess || (flags & (kDirectory | kPathOnly)) != 0) return false;
  return !begins_with(path, "/proc/") && !begins_with(path, "/dev/fd") && !begins_with(path, "/dev/std");
}

long open_file(int directory, const char* path, int flags, unsigned mode) {
  if (log_start == nullptr || path == nullptr || !has_room() || !is_plain(path, flags))
    return open_watched(directory, path, flags, mode);
  char room[kLongestBase];
  Base base{room, 0};
  if (path[0] != '/') {
    base = base_of(directory, room);
    if (base.length == 0) return open_watched(directory, path, flags, mode);
  }
  const long result = open_unwatched(directory, path, flags, mode);
  const bool writes = (flags & kAccess) != 0 || (flags & (kTruncate | kCreate)) != 0;
  if (result >= 0) {
    log(writes ? TraceRecordKind::Write : TraceRecordKind::Read, base.text, base.length, path);
  } else if (result == kNotFound || result == kNotDirectory) {
    log(TraceRecordKind::Missing, base.text, base.length, path);
  }
  return result;
}

int result_for_c(long result) {
  if (result >= 0) return static_cast<int>(result);
  if (__errno_location != nullptr) *__errno_location() = static_cast<int>(-result);
  return -1;
}

int open_for_c(int directory, const char* path, int flags, unsigned mode) {
  return result_for_c(open_file(directory, path, flags, mode));
}

int change_directory(long number, long where) {
  __atomic_store_n(&changes_directory, true, __ATOMIC_RELEASE);
  return result_for_c(unwatched(number, where, 0, 0, 0, where));
}

// What open() takes for a mode of fopen(), but for what is no matter of flags.
int flags_of(const char* mode) {
  int flags = *mode == 'r' ? 0 : kWriteOnly | kCreate | (*mode == 'w' ? kTruncate : kAppend);
  for (const char* letter = mode + 1; *letter != '\0' && *letter != ','; ++letter) {
    if (*letter == '+') flags = (flags & ~kAccess) | kReadWrite;
    if (*letter == 'e') flags |= kCloseOnExec;
    if (*letter == 'x') flags |= kExclusive;
  }
  return flags;
}

// "rb", "we", …: fopen() does nothing more for these than open and fdopen.
bool is_simple(const char* mode) {
  if (*mode != 'r' && *mode != 'w') return false;
  for (const char* letter = mode + 1; *letter != '\0'; ++letter) {
    if (*letter != 'b' && *letter != 'e' && *letter != 'x') return false;
  }
  return true;
}

using Fopen = void*(const char*, const char*);

// Null where the C library has its dlsym in another library that is not loaded.
Fopen* next_fopen() {
  void* const next_library = reinterpret_cast<void*>(-1L);  // RTLD_NEXT
  return reinterpret_cast<Fopen*>(dlsym == nullptr ? nullptr : dlsym(next_library, "fopen"));
}

void* open_stream(const char* path, const char* mode) {
  if (log_start == nullptr || !is_simple(mode)) {
    if (Fopen* const next = next_fopen()) return next(path, mode);
  }
  const int fd = open_for_c(kHere, path, flags_of(mode), 0666);
  if (fd < 0) return nullptr;
  void* const stream = fdopen == nullptr ? nullptr : fdopen(fd, mode);
  if (stream == nullptr) system_call(kClose, fd, 0, 0, 0, 0, 0);
  return stream;
}

}  // namespace

DVX_EXPORT int open(const char* path, int flags, unsigned mode) {
  return open_for_c(kHere, path, flags, mode);
}
DVX_EXPORT int open64(const char* path, int flags, unsigned mode) {
  return open_for_c(kHere, path, flags, mode);
}
DVX_EXPORT int openat(int directory, const char* path, int flags, unsigned mode) {
  return open_for_c(directory, path, flags, mode);
}
DVX_EXPORT int openat64(int directory, const char* path, int flags, unsigned mode) {
  return open_for_c(directory, path, flags, mode);
}
// What _FORTIFY_SOURCE makes of calls without a mode.
DVX_EXPORT int __open_2(const char* path, int flags) {
  return open_for_c(kHere, path, flags, 0);
}
DVX_EXPORT int __open64_2(const char* path, int flags) {
  return open_for_c(kHere, path, flags, 0);
}
DVX_EXPORT int __openat_2(int directory, const char* path, int flags) {
  return open_for_c(directory, path, flags, 0);
}
DVX_EXPORT int __openat64_2(int directory, const char* path, int flags) {
  return open_for_c(directory, path, flags, 0);
}
DVX_EXPORT int chdir(const char* path) {
  return change_directory(kChDir, reinterpret_cast<long>(path));
}
DVX_EXPORT int fchdir(int directory) {
  return change_directory(kFChDir, directory);
}
DVX_EXPORT void* fopen(const char* path, const char* mode) {
  return open_stream(path, mode);
}
DVX_EXPORT void* fopen64(const char* path, const char* mode) {
  return open_stream(path, mode);
}

#endif
