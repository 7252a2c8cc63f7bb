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

// Everything the child needs, prepared before the fork because the child must not allocate.
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

// Further settings of a child. A descriptor of -1 means that there is none.
struct ChildSetup {
  bool own_group = false;
  int in = -1, out = -1, err = -1;
  int announce_fd = -1;
  int failure_fd = -1;
  BeforeExec before_exec;
  // The signal mask that the child restores.
  sigset_t signals{};
};

// Runs in the child, which shares our memory until it executes. It may only make async-signal-safe calls and
// must change nothing.
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
  // The command must not inherit files that were already open when dvx was started.
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

// Uses vfork, because copying the page tables of a process with much memory costs more than a short command.
// All signals are blocked until the child has set its own handling of them; otherwise one of our handlers
// could run in the child, in our memory.
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

// Returns a file without a name that holds all of `input`. The child can read all of it even when this
// process dies. From a pipe, the child would take the part that had come so far for the whole.
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
    // Kernels before 5.3 do not have pidfd_open. (Its header in the C library cannot be used from C++.)
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
  // When on_output threw, the child may still run, and it must not be left behind.
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
        // The child may leave processes behind; once they are gone, the pipes close too.
        signal_group(SIGKILL);
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
  // Waits a short while for something to read and reads it.
  void pump(bool exited) {
    std::array<pollfd, 3> polled{};
    nfds_t count = 0;
    if (out_) polled[count++] = {out_.get(), POLLIN, 0};
    if (err_) polled[count++] = {err_.get(), POLLIN, 0};
    if (!exited && exit_) polled[count++] = {exit_.get(), POLLIN, 0};
    // When the child's end is all that is awaited and no descriptor reports it, the wait is very short at
    // first, so that a short child does not cost a tenth of a second.
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
        // The error is EAGAIN: there is nothing more for now.
        return;
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

  // A child that uses our terminal stays in our group, so that it may read the terminal, and it gets the
  // signals of the terminal itself.
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
