#include "core/execution/sandbox/system_call_filter.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace dvx {

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
constexpr std::uint32_t kArchitecture = 0;
#endif

static_assert(std::endian::native == std::endian::little, "arguments are read by their low word");

constexpr std::uint32_t kNamespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr std::uint32_t kNewTime = 0x80;  // CLONE_NEWTIME, which shares its bit with signals in clone()
constexpr std::uint32_t kMakesFile = O_CREAT | 020000000;  // the kernel's own bit of O_TMPFILE
constexpr std::uint32_t kSetId = S_ISUID | S_ISGID;

// Calls that are refused as they are.
constexpr long kRefused[] = {
    SYS_acct,
    SYS_add_key,
    SYS_bpf,
    SYS_chroot,
    SYS_clock_settime,
    SYS_delete_module,
    SYS_fanotify_init,
    SYS_finit_module,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fsopen,
    SYS_fspick,
    SYS_init_module,
    SYS_kexec_load,
    SYS_keyctl,
    SYS_mount,
    SYS_mount_setattr,
    SYS_move_mount,
    SYS_open_tree,
    SYS_open_by_handle_at,
    SYS_perf_event_open,
    SYS_pivot_root,
    SYS_quotactl,
    SYS_reboot,
    SYS_request_key,
    SYS_setns,
    SYS_settimeofday,
    SYS_swapoff,
    SYS_swapon,
    SYS_syslog,
    SYS_umount2,
    SYS_userfaultfd,
    SYS_vhangup,
#ifdef SYS_quotactl_fd
    SYS_quotactl_fd,
#endif
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
#ifdef SYS_iopl
    SYS_iopl,
    SYS_ioperm,
#endif
};

// What an older kernel does not have either: programs then fall back to calls whose arguments can be read
// here.
constexpr long kUnknown[] = {
    SYS_clone3, SYS_openat2, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
};

class Program {
 public:
  std::string make() {
    load(offsetof(seccomp_data, arch));
    // A 32-bit program has other numbers for the same calls.
    unless_equal(kArchitecture, SECCOMP_RET_ERRNO | ENOSYS);
    load(offsetof(seccomp_data, nr));
#if defined(__x86_64__)
    if_at_least(0x40000000, SECCOMP_RET_ERRNO | ENOSYS);  // x32
#endif
    for (const long call : kRefused) refuse(call, EPERM);
    for (const long call : kUnknown) refuse(call, ENOSYS);
    refuse_bits(SYS_clone, 0, kNamespaces);
    refuse_bits(SYS_unshare, 0, kNamespaces | kNewTime);
    for (const std::uint32_t request : {TIOCSTI, TIOCLINUX}) refuse_value(SYS_ioctl, 1, request);
    allow_values(SYS_socket, 0, {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK});
    allow_values(SYS_socketpair, 0, {AF_UNIX});
    refuse_set_id();
    add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    return {reinterpret_cast<const char*>(code_.data()), code_.size() * sizeof code_[0]};
  }

 private:
  void add(unsigned code, std::uint32_t k, unsigned when_true = 0, unsigned when_false = 0) {
    code_.push_back({static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(when_true),
                     static_cast<std::uint8_t>(when_false), k});
  }
  void load(std::size_t offset) {
    add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset));
  }
  void load_argument(std::size_t argument) {
    load(offsetof(seccomp_data, args) + 8 * argument);
  }
  void load_number() {
    load(offsetof(seccomp_data, nr));
  }
  void answer(int error) {
    add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error));
  }

  void unless_equal(std::uint32_t value, std::uint32_t result) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 1, 0);
    add(BPF_RET | BPF_K, result);
  }
  void if_at_least(std::uint32_t value, std::uint32_t result) {
    add(BPF_JMP | BPF_JGE | BPF_K, value, 0, 1);
    add(BPF_RET | BPF_K, result);
  }

  // Each of these begins and ends with the number of the call loaded. The next `length` instructions are of
  // `call`.
  void only_for(long call, unsigned length) {
    add(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, length);
  }

  void refuse(long call, int error) {
    only_for(call, 1);
    answer(error);
  }

  void refuse_bits(long call, std::size_t argument, std::uint32_t bits) {
    only_for(call, 4);
    load_argument(argument);
    add(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
    answer(EPERM);
    load_number();
  }

  void refuse_value(long call, std::size_t argument, std::uint32_t value) {
    only_for(call, 4);
    load_argument(argument);
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    answer(EPERM);
    load_number();
  }

  void allow_values(long call, std::size_t argument, std::initializer_list<std::uint32_t> values) {
    const auto count = static_cast<unsigned>(values.size());
    only_for(call, count + 3);
    load_argument(argument);
    unsigned left = count;
    for (const std::uint32_t value : values) add(BPF_JMP | BPF_JEQ | BPF_K, value, left--, 0);
    answer(EPERM);
    load_number();
  }

  void refuse_bits_of_new_file(long call, std::size_t flags, std::size_t mode) {
    only_for(call, 6);
    load_argument(flags);
    add(BPF_JMP | BPF_JSET | BPF_K, kMakesFile, 0, 3);
    load_argument(mode);
    add(BPF_JMP | BPF_JSET | BPF_K, kSetId, 0, 1);
    answer(EPERM);
    load_number();
  }

  // Outside a setuid file would act for whoever runs dvx.
  void refuse_set_id() {
    refuse_bits(SYS_fchmod, 1, kSetId);
    refuse_bits(SYS_fchmodat, 2, kSetId);
    refuse_bits(452, 2, kSetId);  // fchmodat2
    refuse_bits(SYS_mknodat, 2, kSetId);
    refuse_bits(SYS_mkdirat, 2, kSetId);
    refuse_bits_of_new_file(SYS_openat, 2, 3);
#ifdef SYS_open
    refuse_bits(SYS_chmod, 1, kSetId);
    refuse_bits(SYS_mknod, 1, kSetId);
    refuse_bits(SYS_mkdir, 1, kSetId);
    refuse_bits(SYS_creat, 1, kSetId);
    refuse_bits_of_new_file(SYS_open, 1, 2);
#endif
  }

  std::vector<sock_filter> code_;
};

}  // namespace

std::string system_call_filter() {
  return kArchitecture == 0 ? std::string() : Program().make();
}

}  // namespace dvx
