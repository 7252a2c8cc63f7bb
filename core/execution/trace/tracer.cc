#include "core/execution/trace/tracer.h"

#include <fmt/format.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "core/execution/trace/call_reader.h"
#include "core/execution/trace/file_path.h"
#include "core/execution/trace/trace_log.h"
#include "core/execution/trace/watched_calls.h"

// Newer than the headers of the oldest system dvx is built on.
#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif

namespace dvx {

namespace {

using WaitClock = std::chrono::steady_clock;

constexpr int kDrainMs = 20;                               // so that little is left to do at the end
constexpr auto kLastWait = std::chrono::milliseconds(50);  // for the kernel to part with what was killed
constexpr __u64 kWakeOnSameCpu = 1;                        // SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
constexpr unsigned kFilterFlags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_SPEC_ALLOW;

long seccomp(unsigned operation, unsigned flags, void* arguments) {
  return ::syscall(SYS_seccomp, operation, flags, arguments);
}

// What the child needs to put the filter on itself. It runs in our memory, so it only reads this, and writes
// `refused`.
struct FilterSetup {
  std::vector<sock_filter> filter;
  sock_fprog program{};
  int socket = -1;
  int refused = 0;  // errno
};

int send_descriptor(int socket, int fd) {
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

// Empty when the other end was closed without sending one.
UniqueFd receive_descriptor(int socket) {
  char byte = 0;
  iovec data{&byte, 1};
  int fd = -1;
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t n = 0;
  do {
    n = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  const cmsghdr* header = n == 1 ? CMSG_FIRSTHDR(&message) : nullptr;
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return {};
  std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return UniqueFd(fd);
}

// Root needs no promise that no privileges will be gained, so that programs may still become others.
long install(FilterSetup& setup, unsigned flags) {
  const long fd = seccomp(SECCOMP_SET_MODE_FILTER, flags, &setup.program);
  if (fd >= 0 || errno != EACCES) return fd;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return seccomp(SECCOMP_SET_MODE_FILTER, flags, &setup.program);
}

// In the child of a vfork: async-signal-safe calls only.
int put_on_filter(void* context) {
  auto& setup = *static_cast<FilterSetup*>(context);
  long fd = install(setup, kFilterFlags | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
  if (fd < 0 && errno == EINVAL) fd = install(setup, kFilterFlags);  // a kernel before 5.19
  if (fd < 0) return setup.refused = errno;
  setup.refused = send_descriptor(setup.socket, static_cast<int>(fd));
  ::close(static_cast<int>(fd));
  return setup.refused;
}

// 0: the process is gone, or the signal that interrupted was for us.
bool receive(int listener, seccomp_notif& call) {
  call = {};
  return ::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) == 0;
}

void let_go_on(int listener, const seccomp_notif& call) {
  seccomp_notif_resp answer{};
  answer.id = call.id;
  answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  ::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

// Processes that left their group live on, and would be refused every file once nobody answers. In a forked
// process, where only async-signal-safe calls are allowed.
[[noreturn]] void answer_for_ever(int listener) {
  ::setsid();
  ::dup2(listener, 0);
  ::close_range(1, ~0U, 0);
  seccomp_notif call;
  for (;;) {
    pollfd polled{0, POLLIN, 0};
    if (::poll(&polled, 1, -1) < 0 && errno != EINTR) break;
    if ((polled.revents & (POLLHUP | POLLERR)) != 0) break;
    if ((polled.revents & POLLIN) != 0 && receive(0, call)) let_go_on(0, call);
  }
  ::_exit(0);
}

void leave_behind(int listener) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    if (::fork() == 0) answer_for_ever(listener);
    ::_exit(0);  // so that the other one is nobody's child
  }
  while (pid > 0 && ::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// Since Linux 5.5 a call that was asked about can be let go on. Without that the tree would wait for ever.
bool kernel_lets_calls_go_on() {
  struct utsname system {};
  int major = 0, minor = 0;
  return ::uname(&system) == 0 && std::sscanf(system.release, "%d.%d", &major, &minor) == 2 &&
         (major > 5 || (major == 5 && minor >= 5));
}

void refuse_where_impossible() {
  if (!is_traceable_machine())
    throw Error{ErrorKind::Config, "files can be traced on x86-64 and arm64 only",
                "take 'trace' out of dvx.yaml"};
  std::uint32_t action = SECCOMP_RET_USER_NOTIF;
  if (kernel_lets_calls_go_on() && seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) return;
  throw Error{ErrorKind::Config, "this kernel cannot tell which files a command opens",
              "Linux 5.5 or newer, with seccomp, can"};
}

std::string real_root(const std::string& root) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(root.c_str(), nullptr), &std::free);
  if (!real) throw system_error("read", root);
  return real.get();
}

}  // namespace

// Used by the thread that listens while there is a Watch, else by the owner's.
struct Tracer::Shared {
  Shared(const std::string& root, std::int64_t started)
      : started_ns(started), paths(root), files(root), reader(paths, files, [this] { log.say_moved(); }) {}

  void take(TraceRecordKind kind, std::string_view text) {
    const auto path = paths.file(text);
    if (!path) return;
    if (kind == TraceRecordKind::Read) return files.read(*path);
    if (kind == TraceRecordKind::Write) return files.write(*path);
    files.missing(*path);
  }
  void read_log() {
    log.read_new([this](TraceRecordKind kind, std::string_view path) { take(kind, path); });
  }
  // Before the call may change what paths mean, what was logged before it is looked at.
  void take(const seccomp_notif& call, int listener) {
    try {
      read_log();
      reader.take(call, [&] { return ::ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &call.id) == 0; });
    } catch (const std::exception& error) {
      files.unseen(fmt::format("some files, as dvx failed to look: {}", error.what()));
    }
  }

  std::int64_t started_ns;
  FilePathResolver paths;
  FileUseLog files;
  CallReader reader;
  TraceLog log;
};

struct Tracer::Watch::State {
  explicit State(Shared& of) : shared(of) {}

  void listen() {
    const UniqueFd listener = receive_descriptor(ours.get());
    if (!listener) return;
    __u64 flags = kWakeOnSameCpu;
    ::ioctl(listener.get(), SECCOMP_IOCTL_NOTIF_SET_FLAGS, flags);  // a kernel before 6.6 knows none
    seccomp_notif call;
    std::optional<WaitClock::time_point> deadline;  // once the command has ended
    for (;;) {
      std::array<pollfd, 2> polled{{{listener.get(), POLLIN, 0}, {deadline ? -1 : stop.get(), POLLIN, 0}}};
      const int count = ::poll(polled.data(), polled.size(), kDrainMs);
      if ((polled[0].revents & POLLIN) != 0 && receive(listener.get(), call)) {
        shared.take(call, listener.get());
        let_go_on(listener.get(), call);
      }
      if ((polled[0].revents & (POLLHUP | POLLERR)) != 0) return;
      if (polled[1].revents != 0) deadline = WaitClock::now() + kLastWait;
      if (deadline && WaitClock::now() > *deadline) return leave_behind(listener.get());
      if (count == 0) read_log();
    }
  }

  void read_log() {
    try {
      shared.read_log();
    } catch (const std::exception& error) {
      shared.files.unseen(fmt::format("some files, as dvx failed to look: {}", error.what()));
    }
  }

  Shared& shared;
  UniqueFd ours, theirs;  // of a socket through which the child sends what the kernel tells us by
  UniqueFd stop;
  FilterSetup setup;
  std::thread thread;
};

Tracer::Watch::Watch(Shared& shared, ProcessOptions& options) : state_(std::make_unique<State>(shared)) {
  int sockets[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) != 0)
    throw system_error("create", "socket");
  state_->ours = UniqueFd(sockets[0]);
  state_->theirs = UniqueFd(sockets[1]);
  state_->stop = UniqueFd(::eventfd(0, EFD_CLOEXEC));
  if (!state_->stop) throw system_error("create", "eventfd");
  FilterSetup& setup = state_->setup;
  setup.filter = make_trace_filter();
  setup.program = {static_cast<unsigned short>(setup.filter.size()), setup.filter.data()};
  setup.socket = state_->theirs.get();
  options.before_exec = {&put_on_filter, &setup};
  state_->thread = std::thread([state = state_.get()] { state->listen(); });
}

Tracer::Watch::~Watch() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t told = ::write(state_->stop.get(), &one, sizeof one);
  state_->theirs.reset();  // nothing comes if nothing was sent
  state_->thread.join();
}

void Tracer::Watch::throw_if_refused() const {
  const int refused = state_->setup.refused;
  if (refused == 0) return;
  if (refused == EBUSY)
    throw Error{ErrorKind::Config,
                "this command is traced already, and its commands cannot be traced once more",
                "leave out --trace and 'trace' in one of the two"};
  throw Error{ErrorKind::Config, fmt::format("the command cannot be traced: {}", std::strerror(refused)),
              "take 'trace' out of dvx.yaml"};
}

Tracer::Tracer(const std::string& root, std::int64_t started_ns) {
  refuse_where_impossible();
  shared_ = std::make_unique<Shared>(real_root(root), started_ns);
}

Tracer::~Tracer() = default;

std::unique_ptr<Tracer::Watch> Tracer::watch(ProcessOptions& options) {
  const std::string& library = shared_->log.library();
  if (!library.empty() && options.environment) {
    auto& environment = *options.environment;
    std::string& preload = environment["LD_PRELOAD"];
    if (!preload.starts_with(library)) preload = preload.empty() ? library : library + ":" + preload;
    // Programs with this sanitizer else refuse to start beside any library that was loaded first.
    std::string& sanitizer = environment["ASAN_OPTIONS"];
    constexpr std::string_view kAnyOrder = "verify_asan_link_order=0";
    if (sanitizer.find(kAnyOrder) == std::string::npos)
      sanitizer += fmt::format("{}{}", sanitizer.empty() ? "" : ":", kAnyOrder);
  }
  return std::make_unique<Watch>(*shared_, options);
}

FileUse Tracer::settle() {
  shared_->log.read_rest([this](TraceRecordKind kind, std::string_view path) { shared_->take(kind, path); });
  if (shared_->log.lost() != 0) shared_->files.unseen("some of very many files");
  return shared_->files.settle(shared_->started_ns);
}

}  // namespace dvx
