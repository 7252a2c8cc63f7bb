#include "core/execution/trace/watched_calls.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cstddef>
#include <span>

#include "core/execution/trace/trace_record.h"

namespace dvx {

namespace {

using Action = WatchedAction;

#if defined(__x86_64__)
constexpr std::uint32_t kThisMachine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kThisMachine = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kThisMachine = 0;
#endif

// The most frequent first: the filter goes through them in this order.
const WatchedCall kCalls[] = {
    {SYS_openat, Action::Open, 0, 1, 2},
#ifdef SYS_open
    {SYS_open, Action::Open, -1, 0, 1},
    {SYS_unlink, Action::Remove, -1, 0},
    {SYS_rename, Action::Rename, -1, 0, -1, -1, 1},
    {SYS_mkdir, Action::MakeDirectory, -1, 0},
    {SYS_rmdir, Action::Remove, -1, 0},
    {SYS_creat, Action::Create, -1, 0},
    {SYS_link, Action::Link, -1, 0, -1, -1, 1},
    {SYS_symlink, Action::Symlink, -1, 1},
    {SYS_mknod, Action::MakeNode, -1, 0},
#endif
    {SYS_execve, Action::Execute, -1, 0},
    {SYS_execveat, Action::Execute, 0, 1, 4},
    {SYS_openat2, Action::OpenWithHow, 0, 1, 2},
    {SYS_unlinkat, Action::Remove, 0, 1},
#ifdef SYS_renameat
    {SYS_renameat, Action::Rename, 0, 1, -1, 2, 3},
#endif
    {SYS_renameat2, Action::Rename, 0, 1, 4, 2, 3},
    {SYS_mkdirat, Action::MakeDirectory, 0, 1},
    {SYS_linkat, Action::Link, 0, 1, 4, 2, 3},
    {SYS_symlinkat, Action::Symlink, 1, 2},
    {SYS_mknodat, Action::MakeNode, 0, 1},
    {SYS_truncate, Action::Truncate, -1, 0},
    {SYS_io_uring_setup, Action::Ring},
    {SYS_open_by_handle_at, Action::Handle},
    {SYS_chdir, Action::ChangeDirectory},
    {SYS_fchdir, Action::ChangeDirectory},
    {SYS_chroot, Action::ChangeRoot},
    {SYS_pivot_root, Action::ChangeRoot},
};

#if defined(__x86_64__)
constexpr std::uint32_t kX32 = 0x40000000;  // calls of x32 programs, which hardly any kernel runs

// Programs of 32 bits.
const WatchedCall kCalls32[] = {
    {295, Action::Open, 0, 1, 2},
    {5, Action::Open, -1, 0, 1},
    {8, Action::Create, -1, 0},
    {9, Action::Link, -1, 0, -1, -1, 1},
    {10, Action::Remove, -1, 0},
    {11, Action::Execute, -1, 0},
    {12, Action::ChangeDirectory},
    {14, Action::MakeNode, -1, 0},
    {38, Action::Rename, -1, 0, -1, -1, 1},
    {39, Action::MakeDirectory, -1, 0},
    {40, Action::Remove, -1, 0},
    {61, Action::ChangeRoot},
    {83, Action::Symlink, -1, 1},
    {92, Action::Truncate, -1, 0},
    {133, Action::ChangeDirectory},
    {193, Action::Truncate, -1, 0},
    {217, Action::ChangeRoot},
    {296, Action::MakeDirectory, 0, 1},
    {297, Action::MakeNode, 0, 1},
    {301, Action::Remove, 0, 1},
    {302, Action::Rename, 0, 1, -1, 2, 3},
    {303, Action::Link, 0, 1, 4, 2, 3},
    {304, Action::Symlink, 1, 2},
    {342, Action::Handle},
    {353, Action::Rename, 0, 1, 4, 2, 3},
    {358, Action::Execute, 0, 1, 4},
    {425, Action::Ring},
    {437, Action::OpenWithHow, 0, 1, 2},
};
#endif

std::span<const WatchedCall> calls_of(std::uint32_t architecture) {
#if defined(__x86_64__)
  if (architecture == AUDIT_ARCH_I386) return kCalls32;
#endif
  if (architecture == kThisMachine) return kCalls;
  return {};
}

class FilterProgram {
 public:
  std::vector<sock_filter> make() {
    load(offsetof(seccomp_data, arch));
    // A jump is told how many instructions it passes over.
    const std::vector<sock_filter> own = checks(calls_of(kThisMachine));
    jump_if(kThisMachine, 0, static_cast<std::uint8_t>(own.size()));
    program_.insert(program_.end(), own.begin(), own.end());
#if defined(__x86_64__)
    const std::vector<sock_filter> other = checks(calls_of(AUDIT_ARCH_I386));
    jump_if(AUDIT_ARCH_I386, 0, static_cast<std::uint8_t>(other.size()));
    program_.insert(program_.end(), other.begin(), other.end());
#endif
    give(SECCOMP_RET_ALLOW);
    return std::move(program_);
  }

 private:
  void load(std::size_t offset) {
    program_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)));
  }
  void jump_if(std::uint32_t value, std::uint8_t yes, std::uint8_t no) {
    program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no));
  }
  void give(std::uint32_t action) {
    program_.push_back(BPF_STMT(BPF_RET | BPF_K, action));
  }

  // Ends with a verdict for every number.
  static std::vector<sock_filter> checks(std::span<const WatchedCall> calls) {
    FilterProgram part;
    part.load(offsetof(seccomp_data, nr));
    if (!calls.empty() && calls.front().number == SYS_openat) {
      part.pass_marked(SYS_openat, 1);
      part.pass_marked(SYS_chdir, 0);
      part.pass_marked(SYS_fchdir, 0);
    }
#if defined(__x86_64__)
    part.program_.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, kX32, 0, 1));
    part.give(SECCOMP_RET_USER_NOTIF);
#endif
    for (const WatchedCall& call : calls) {
      part.jump_if(static_cast<std::uint32_t>(call.number), 0, 1);
      part.give(SECCOMP_RET_USER_NOTIF);
    }
    part.give(SECCOMP_RET_ALLOW);
    return std::move(part.program_);
  }

  // A call of this number with both marks passes, one without is asked about; others go on to the next check.
  void pass_marked(int number, std::size_t bound) {
    FilterProgram marks;
    marks.compare_word(kArgument + 4 * 8, static_cast<std::uint32_t>(kLoggedMark));
    marks.compare_word(kArgument + 4 * 8 + 4, static_cast<std::uint32_t>(kLoggedMark >> 32));
    marks.compare_bound(kArgument + bound * 8, 0, static_cast<std::uint32_t>(kLoggedAddressMark));
    marks.compare_bound(kArgument + bound * 8, 4, static_cast<std::uint32_t>(kLoggedAddressMark >> 32));
    marks.give(SECCOMP_RET_ALLOW);
    marks.give(SECCOMP_RET_USER_NOTIF);
    const std::size_t size = marks.program_.size();
    jump_if(static_cast<std::uint32_t>(number), 0, static_cast<std::uint8_t>(size));
    for (std::size_t i = 0; i < size; ++i) {
      sock_filter instruction = marks.program_[i];
      const bool is_comparison = BPF_CLASS(instruction.code) == BPF_JMP;
      if (is_comparison) instruction.jf = static_cast<std::uint8_t>(size - 1 - (i + 1));
      program_.push_back(instruction);
    }
  }

  void compare_word(std::size_t offset, std::uint32_t value) {
    load(offset);
    jump_if(value, 0, 0);
  }

  // Half of the argument that the mark holds for, against half of the sixth argument.
  void compare_bound(std::size_t bound, std::size_t half, std::uint32_t mark) {
    load(bound + half);
    program_.push_back(BPF_STMT(BPF_MISC | BPF_TAX, 0));
    load(kArgument + 5 * 8 + half);
    program_.push_back(BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0));
    jump_if(mark, 0, 0);
  }

  static constexpr std::size_t kArgument = offsetof(seccomp_data, args);  // lower half first

  std::vector<sock_filter> program_;
};

}  // namespace

const WatchedCall* find_watched_call(std::uint32_t architecture, int number) {
  const auto calls = calls_of(architecture);
  const auto found = std::ranges::find(calls, number, &WatchedCall::number);
  return found == calls.end() ? nullptr : &*found;
}

bool is_traceable_machine() {
  return kThisMachine != 0;
}

std::vector<sock_filter> make_trace_filter() {
  return FilterProgram().make();
}

}  // namespace dvx
