"""Runs inside a sandboxed stage and tries to get out. Prints a JSON object that maps each attempt to its
result.

The sandbox has failed when an attempt gives "done" (or anything but the name of an error).
sandbox_attempts.json describes the outside: {"pid", "port", "abstract", "secrets": [paths], "marker"}.
"""

import ctypes
import errno
import fcntl
import json
import mmap
import os
import pathlib
import socket
import subprocess
import sys
import termios

OUTSIDE = json.loads(pathlib.Path("sandbox_attempts.json").read_text())
LIBC = ctypes.CDLL(None, use_errno=True)
RESULTS = {}

MS_RDONLY, MS_REMOUNT, MS_BIND = 1, 32, 4096
CALLS = {"keyctl": 250, "add_key": 248, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425,
         "open_tree": 428, "fsopen": 430, "pivot_root": 155, "setns": 308, "clone3": 435, "openat2": 437,
         "move_mount": 429, "kexec_load": 246, "init_module": 175, "syslog": 103, "process_vm_readv": 310,
         "open_by_handle_at": 304, "mount_setattr": 442, "fanotify_init": 300}


def attempt(name, function):
    try:
        RESULTS[name] = function() or "done"
    except OSError as error:
        RESULTS[name] = errno.errorcode.get(error.errno, str(error.errno))


def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), "")


def call(name, *arguments):
    if os.uname().machine == "x86_64":
        checked(LIBC.syscall(CALLS[name], *arguments))
    else:
        raise OSError(errno.EPERM, "numbers differ")


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def mounts():
    here = os.getcwd().encode()
    for name, path in (("input", here + b"/data"), ("root", b"/"), ("usr", b"/usr"), ("proc", b"/proc")):
        for flags in (MS_REMOUNT, MS_REMOUNT | MS_BIND):
            attempt(f"remount {name} {flags}", lambda p=path, f=flags: checked(LIBC.mount(None, p, None, f, None)))
        attempt(f"umount {name}", lambda p=path: checked(LIBC.umount2(p, 2)))
    attempt("mount tmpfs", lambda: checked(LIBC.mount(b"x", b"/tmp", b"tmpfs", 0, None)))
    attempt("mount proc", lambda: checked(LIBC.mount(b"proc", b"/tmp", b"proc", 0, None)))
    attempt("bind", lambda: checked(LIBC.mount(b"/proc/1/root", b"/tmp", None, MS_BIND, None)))
    attempt("chroot", lambda: checked(LIBC.chroot(b"/tmp")))
    attempt("unshare user", lambda: checked(LIBC.unshare(0x10000000)))
    attempt("unshare mount", lambda: checked(LIBC.unshare(0x20000)))
    attempt("clone user", lambda: checked(LIBC.syscall(56, 0x10000000 | 17, 0, 0, 0, 0)))
    attempt("mknod char", lambda: os.mknod("/tmp/null", 0o20666, os.makedev(1, 3)))
    attempt("mknod block", lambda: os.mknod("/tmp/disk", 0o60666, os.makedev(254, 0)))
    for name in CALLS:
        attempt(name, lambda n=name: call(n, 0, 0, 0, 0, 0))


def files():
    attempt("write input", lambda: write("data/a", "changed"))
    attempt("remove input", lambda: os.unlink("data/a"))
    attempt("replace input", lambda: os.rename(__file__, "data"))
    attempt("link input", lambda: os.link("data/a", "stolen"))
    attempt("chmod input", lambda: os.chmod("data/a", 0o777))
    attempt("write usr", lambda: write("/usr/x", ""))
    attempt("write root", lambda: write("/x", ""))
    attempt("write etc", lambda: write("/etc/x", ""))
    for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/sysrq-trigger"):
        attempt(f"write {path}", lambda p=path: write(p, "1"))
    for path in OUTSIDE["secrets"]:
        attempt(f"read {path}", lambda p=path: open(p).read())
        attempt(f"read {path} by /proc/1/root", lambda p=path: open("/proc/1/root" + p).read())
    attempt("see marker", lambda: open(OUTSIDE["marker"]).read())
    attempt("setuid bit", lambda: os.chmod(make_file("/tmp/s"), 0o4755))
    attempt("setgid bit", lambda: os.chmod(make_file("/tmp/g"), 0o2755))
    attempt("setuid at birth", lambda: os.close(os.open("/tmp/b", os.O_CREAT | os.O_WRONLY, 0o4755)))


def make_file(path):
    write(path, "")
    return path


def processes():
    pid = OUTSIDE["pid"]
    attempt("signal outside", lambda: os.kill(pid, 0))
    attempt("ptrace outside", lambda: checked(LIBC.ptrace(16, pid, 0, 0)))
    attempt("setuid", lambda: os.setuid(0))
    attempt("setgid", lambda: os.setgid(0))
    attempt("setgroups", lambda: os.setgroups([0]))
    attempt("tiocsti", lambda: fcntl.ioctl(1, termios.TIOCSTI, b"x"))
    attempt("tty", lambda: os.close(os.open("/dev/tty", os.O_RDWR)))
    euid = subprocess.run(["data/setuid", "-u"], capture_output=True, text=True).stdout.strip()
    RESULTS["setuid program"] = "EPERM" if euid == "1000" else f"runs as {euid}"
    RESULTS["32-bit call"] = old_call()


def old_call():
    """Calls getpid() in the way of a 32-bit program."""
    if os.uname().machine != "x86_64":
        return "ENOSYS"
    child = os.fork()
    if child == 0:
        memory = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        memory.write(b"\xb8\x14\x00\x00\x00\xcd\x80\xc3")
        address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
        os._exit(0 if ctypes.CFUNCTYPE(ctypes.c_int)(address)() > 0 else 1)
    return "done" if os.waitpid(child, 0)[1] == 0 else "ENOSYS"


def network():
    def connect(family, address):
        with socket.socket(family) as end:
            end.settimeout(3)
            end.connect(address)
    attempt("loopback", lambda: connect(socket.AF_INET, ("127.0.0.1", OUTSIDE["port"])))
    attempt("outside address", lambda: connect(socket.AF_INET, ("192.0.2.1", 80)))
    attempt("abstract socket", lambda: connect(socket.AF_UNIX, "\0" + OUTSIDE["abstract"]))
    attempt("vsock", lambda: socket.socket(40, socket.SOCK_STREAM))
    attempt("packet", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
    attempt("alg", lambda: socket.socket(38, socket.SOCK_SEQPACKET))
    attempt("raw", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP))
    names = sorted(name for _, name in socket.if_nameindex())
    RESULTS["interfaces"] = "ENODEV" if set(names) <= {"lo"} else f"sees {names}"


def what_is_seen():
    status = dict(line.split(":\t", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines() if ":\t" in line)
    return {
        "ids": [os.getuid(), os.geteuid(), os.getgid()],
        "capabilities": [status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
        "no_new_privs": status["NoNewPrivs"], "seccomp": status["Seccomp"],
        "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd")),
        "processes": sum(name.isdigit() for name in os.listdir("/proc")),
        "home": [os.environ["HOME"], sorted(os.listdir(os.environ["HOME"]))],
        "tmp": sorted(os.listdir("/tmp")),
        "repository": sorted(str(path) for path in pathlib.Path(".").rglob("*")),
    }


def main():
    seen = what_is_seen()
    mounts()
    files()
    processes()
    network()
    # This process is left behind, and it must not outlive the stage.
    subprocess.Popen(["sleep", "86399"], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    pathlib.Path("made").mkdir()
    pathlib.Path("made/results.json").write_text(json.dumps({"seen": seen, "attempts": RESULTS}))
    write("/tmp/inside", "")


if __name__ == "__main__":
    sys.exit(main())
