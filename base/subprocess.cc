#include "base/subprocess.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "base/group_guard.h"
#include "base/pipe.h"
#include "base/unique_fd.h"

extern char** environ;

namespace dvx {

namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

// Everything the child needs, made before it is there.
struct Launch {
  std::vector<char*> argv;
  std::vector<std::string> environment_text;
  std::vector<char*> environment;
  std::string program;
  const char* directory = nullptr;
};

std::string find_program(const std::string& name) {
  if (name.find('/') != std::string::npos) return name;
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (true) {
    const auto colon = rest.find(':');
    std::string candidate(rest.substr(0, colon));
    if (candidate.empty()) candidate = ".";
    candidate += "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  throw Error(ErrorKind::NotFound, fmt::format("program '{}' is not installed", name), {}, name);
}

Launch prepare(const std::vector<std::string>& argv, const ProcessOptions& options) {
  Launch launch;
  launch.program = find_program(argv.at(0));
  for (const std::string& arg : argv) launch.argv.push_back(const_cast<char*>(arg.c_str()));
  launch.argv.push_back(nullptr);
  if (options.environment) {
    for (const auto& [name, value] : *options.environment)
      launch.environment_text.push_back(fmt::format("{}={}", name, value));
    for (std::string& text : launch.environment_text) launch.environment.push_back(text.data());
    launch.environment.push_back(nullptr);
  }
  if (!options.directory.empty()) launch.directory = options.directory.c_str();
  return launch;
}

// What a child needs besides its Launch; -1 is no descriptor.
struct ChildSetup {
  bool own_group = false;
  int in = -1, out = -1, err = -1;
  int announce_fd = -1;
  int failure_fd = -1;
  BeforeExec before_exec;
  sigset_t signals{};  // its mask
};

// In the child, which shares our memory until it executes: only async-signal-safe calls, and nothing changed.
[[noreturn]] void exec_child(const Launch& launch, const ChildSetup& setup) {
  if (setup.own_group) ::setpgid(0, 0);
  if (setup.announce_fd >= 0) {
    const GroupMessage message{::getpid(), true};
    [[maybe_unused]] const ssize_t told = ::write(setup.announce_fd, &message, sizeof message);
  }
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ})
    ::sigaction(signal, &standard, nullptr);
  ::sigprocmask(SIG_SETMASK, &setup.signals, nullptr);
  if (setup.in >= 0) ::dup2(setup.in, 0);
  if (setup.out >= 0) ::dup2(setup.out, 1);
  if (setup.err >= 0) ::dup2(setup.err, 2);
  // Whatever was open when dvx was started is none of a command's business.
  if (setup.own_group) ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  int errnum = launch.directory == nullptr || ::chdir(launch.directory) == 0 ? 0 : errno;
  if (errnum == 0 && setup.before_exec.call != nullptr)
    errnum = setup.before_exec.call(setup.before_exec.context);
  if (errnum == 0) {
    ::execve(launch.program.c_str(), launch.argv.data(),
             launch.environment.empty() ? environ : const_cast<char**>(launch.environment.data()));
    errnum = errno;
  }
  [[maybe_unused]] const ssize_t n = ::write(setup.failure_fd, &errnum, sizeof errnum);
  ::_exit(127);
}

// vfork: copying the page tables of a process with much memory costs more than a short command. Signals are
// held back until the child has its own handling of them, or a handler of ours would run there, in our
// memory.
pid_t start_child(const Launch& launch, ChildSetup& setup) {
  sigset_t all;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &setup.signals);
  const pid_t pid = ::vfork();
  if (pid == 0) exec_child(launch, setup);
  const int errnum = errno;
  ::pthread_sigmask(SIG_SETMASK, &setup.signals, nullptr);
  errno = errnum;
  return pid;
}

// A file without a name, all of `input` in it: when this process dies, the child still reads all of it. From
// a pipe it would take what came so far for everything.
UniqueFd held(const std::string& input) {
  UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
  if (!file) throw system_error("make", "a file in memory");
  write_all(file.get(), input, "a file in memory");
  if (::lseek(file.get(), 0, SEEK_SET) != 0) throw system_error("rewind", "a file in memory");
  return file;
}

class Running {
 public:
  Running(const std::vector<std::string>& argv, const ProcessOptions& options)
      : options_(options), own_group_(!options.inherit_stdio) {
    const Launch launch = prepare(argv, options);
    if (own_group_ && options.die_with_us) guard_ = GroupGuard::of_this_process();
    Pipe failure = make_pipe();
    Pipe out, err;
    UniqueFd in;
    if (!options.inherit_stdio) {
      in = options.input.empty() ? UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)) : held(options.input);
      out = make_pipe();
      if (!options.merge_stderr) err = make_pipe();
    }
    started_ = std::chrono::steady_clock::now();
    ChildSetup setup{.own_group = own_group_,
                     .in = in.get(),
                     .out = out.write_end.get(),
                     .err = options.merge_stderr ? out.write_end.get() : err.write_end.get(),
                     .announce_fd = guard_ ? guard_->announce_fd() : -1,
                     .failure_fd = failure.write_end.get(),
                     .before_exec = options.before_exec};
    pid_ = start_child(launch, setup);
    if (pid_ < 0) throw system_error("start", argv[0]);
    if (own_group_) ::setpgid(pid_, pid_);
    // Not there on kernels before 5.3. (The C library's header for it cannot be used from C++.)
    exit_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    failure.write_end.reset();
    int errnum = 0;
    if (::read(failure.read_end.get(), &errnum, sizeof errnum) == sizeof errnum) {
      ::waitpid(pid_, nullptr, 0);
      if (guard_) guard_->release(pid_);
      throw system_error("start", argv[0], errnum);
    }
    out_ = std::move(out.read_end);
    err_ = std::move(err.read_end);
    for (const UniqueFd* fd : {&out_, &err_}) {
      if (*fd) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
    }
  }

  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  // When on_output threw: nothing may be left running.
  ~Running() {
    if (!reaped_) {
      ::kill(own_group_ ? -pid_ : pid_, SIGKILL);
      while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
      }
    }
    if (guard_) guard_->release(pid_);
  }

  ProcessResult wait() {
    bool& exited = reaped_;
    int status = 0;
    struct rusage usage {};
    while (!exited || out_ || err_) {
      if (!exited && ::wait4(pid_, &status, WNOHANG, &usage) == pid_) {
        exited = true;
        result_.wall_seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
        signal_group(SIGKILL);  // whatever the child left behind; without them the pipes close too
      }
      if (!exited || out_ || err_) pump(exited);
      if (!exited) consider_stopping();
    }
    if (WIFEXITED(status)) result_.exit_status = WEXITSTATUS(status);
    if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
    result_.user_seconds =
        static_cast<double>(usage.ru_utime.tv_sec) + static_cast<double>(usage.ru_utime.tv_usec) * 1e-6;
    result_.system_seconds =
        static_cast<double>(usage.ru_stime.tv_sec) + static_cast<double>(usage.ru_stime.tv_usec) * 1e-6;
    result_.peak_memory_bytes = std::int64_t{usage.ru_maxrss} * 1024;
    return std::move(result_);
  }

 private:
  // Waits up to a short while for something to read or write, and moves it.
  void pump(bool exited) {
    std::array<pollfd, 3> polled{};
    nfds_t count = 0;
    if (out_) polled[count++] = {out_.get(), POLLIN, 0};
    if (err_) polled[count++] = {err_.get(), POLLIN, 0};
    if (!exited && exit_) polled[count++] = {exit_.get(), POLLIN, 0};
    // While waiting for exit alone without being told of it, look soon: a short child should not cost a tenth
    // of a second.
    const int timeout = exited ? 100 : (out_ || err_ || exit_ ? 20 : next_wait_ms());
    ::poll(polled.data(), count, timeout);
    drain(out_, result_.output, true);
    drain(err_, result_.error_output, false);
  }

  int next_wait_ms() { return wait_ms_ = std::min(20, wait_ms_ + 1); }

  void drain(UniqueFd& fd, std::string& collected, bool is_output) {
    if (!fd) return;
    std::array<char, 65536> buffer;
    for (;;) {
      const ssize_t n = ::read(fd.get(), buffer.data(), buffer.size());
      if (n > 0) {
        const std::string_view piece(buffer.data(), static_cast<std::size_t>(n));
        if (is_output && options_.on_output) {
          options_.on_output(piece);
        } else {
          collected += piece;
        }
      } else if (n == 0) {
        fd.reset();
        return;
      } else if (errno != EINTR) {
        return;  // EAGAIN: nothing more for now
      }
    }
  }

  void consider_stopping() {
    const auto now = std::chrono::steady_clock::now();
    if (!result_.stopped && options_.should_stop && options_.should_stop()) {
      result_.stopped = true;
      stop_asked_ = now;
      signal_group(SIGTERM);
    }
    if (!result_.stopped) return;
    if (now - stop_asked_ > std::chrono::seconds(5) || (options_.kill_now && options_.kill_now())) {
      signal_group(SIGKILL);
    }
  }

  // A child on our terminal stays in our group (so that it may read the terminal) and gets the terminal's
  // signals.
  void signal_group(int signal) {
    if (own_group_) ::kill(-pid_, signal);
  }

  const ProcessOptions& options_;
  bool own_group_;
  pid_t pid_ = -1;
  std::shared_ptr<GroupGuard> guard_;
  UniqueFd out_, err_;
  UniqueFd exit_;  // readable when the child has ended
  ProcessResult result_;
  SteadyTime started_, stop_asked_;
  int wait_ms_ = 0;
  bool reaped_ = false;
};

}  // namespace

ProcessResult run_process(const std::vector<std::string>& argv, const ProcessOptions& options) {
  return Running(argv, options).wait();
}

std::string shell_quote(std::string_view word) {
  constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
  if (!word.empty() && word.find_first_not_of(kSafe) == std::string_view::npos) return std::string(word);
  std::string out = "'";
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace dvx
