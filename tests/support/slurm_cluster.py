"""A Slurm cluster on this machine: the real daemons in a directory of their own, without root and without
systemd.

Everything is below one directory and uses its own ports, so several clusters can run at once. When the
`with` block ends, everything that was started is stopped, whatever happened in the block.
"""

import contextlib
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import time

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol")

CONFIGURATION = """\
ClusterName=dvxtest
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={place}/munge/sock
CredType=cred/munge
SlurmctldPort={port}
StateSaveLocation={place}/state
SlurmdSpoolDir={place}/spool-%n
SlurmctldPidFile={place}/slurmctld.pid
SlurmdPidFile={place}/slurmd-%n.pid
SlurmctldLogFile={place}/slurmctld.log
SlurmdLogFile={place}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
MailProg=/bin/true
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
DefMemPerCPU=50
GresTypes=gpu
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
ReturnToService=2
KillWait=2
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
{nodes}
PartitionName=debug Nodes={lasting} Default=YES MaxTime=INFINITE OverSubscribe=NO State=UP
PartitionName=short Nodes={lasting} MaxTime=60 State=UP
PartitionName=fragile Nodes=ALL State=UP
"""

NODE = ("NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} CPUs=4 CoresPerSocket=4 RealMemory=1000 "
        "Gres=gpu:2 Weight={weight} State=UNKNOWN")


def missing_programs():
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    return [program for program in PROGRAMS if not shutil.which(program, path=path)]


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def sbin(program):
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")


class SlurmCluster:
    """`environment` is the environment that the commands need. `nodes` are the names of the nodes, all of
    which are this machine. Only the last node is in the partition `fragile`, which prefers it, so a test may
    let it be lost.
    """

    def __init__(self, place, nodes=("n1", "n2", "n3")):
        self.place = pathlib.Path(place)
        self.nodes = nodes
        self.environment = os.environ | {"SLURM_CONF": str(self.place / "slurm.conf")}
        for name in [name for name in self.environment if name.startswith(("SBATCH_", "SQUEUE_", "SCANCEL_"))]:
            del self.environment[name]
        self.daemons = []

    def __enter__(self):
        try:
            self.configure()
            self.start_munge()
            self.start("slurmctld", "-D", "-c")
            self.slurmds = {node: self.start("slurmd", "-D", "-N", node) for node in self.nodes}
            self.await_nodes()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def configure(self):
        for folder in ("munge", "state"):
            (self.place / folder).mkdir(parents=True)
        self.place.chmod(0o711)
        (self.place / "munge").chmod(0o711)
        host = socket.gethostname().split(".")[0]
        ports = free_ports(1 + len(self.nodes))
        lines = [NODE.format(name=name, host=host, port=port, weight=1 if name == self.nodes[-1] else 2)
                 for name, port in zip(self.nodes, ports[1:])]
        (self.place / "slurm.conf").write_text(CONFIGURATION.format(
            host=host, user=pwd.getpwuid(os.getuid()).pw_name, place=self.place, port=ports[0],
            nodes="\n".join(lines), lasting=",".join(self.nodes[:-1])))
        (self.place / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")
        (self.place / "gres.conf").write_text("Name=gpu File=/dev/null\nName=gpu File=/dev/zero\n")  # stand for GPUs

    def start_munge(self):
        place = self.place / "munge"
        key = place / "key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self.start("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={place}/sock",
                   f"--pid-file={place}/pid", f"--log-file={place}/log", f"--seed-file={place}/seed")
        self.wait_until(lambda: (place / "sock").exists(), "munged")

    def start(self, program, *arguments):
        log = open(self.place / f"{program}.out", "ab")
        self.daemons.append(subprocess.Popen([sbin(program), *arguments], env=self.environment, stdin=subprocess.DEVNULL,
                                             stdout=log, stderr=log, start_new_session=True))
        log.close()
        return self.daemons[-1]

    def lose(self, node):
        """Makes the node die with everything that runs on it, and waits until Slurm notices."""
        daemon = self.slurmds[node]
        self.daemons.remove(daemon)
        daemon.kill()
        daemon.wait()
        # All processes are stopped before the first one is killed. On a node that dies, no process sees
        # another one die and reports it.
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in self.processes_of(node):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, number)
        self.run("scontrol", "update", f"NodeName={node}", "State=DOWN", "Reason=lost")

    def processes_of(self, node):
        """Returns the processes that run the jobs of a node and write to its log, and all of their children.
        """
        log, parents, found = str(self.place / f"slurmd-{node}.log"), {}, set()
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                parents[int(process.name)] = int((process / "stat").read_text().rpartition(")")[2].split()[1])
                if any(os.readlink(file) == log for file in (process / "fd").iterdir()):
                    found.add(int(process.name))
            except OSError:  # it has ended, or belongs to somebody else
                continue
        while more := {one for one, parent in parents.items() if parent in found} - found:
            found |= more
        return found

    def bring_back(self, node):
        self.slurmds[node] = self.start("slurmd", "-D", "-N", node)
        self.run("scontrol", "update", f"NodeName={node}", "State=RESUME", check=False)  # or it did so itself
        self.await_nodes()

    def await_nodes(self):
        def are_up():
            answer = self.run("sinfo", "-h", "-N", "-p", "fragile", "-o", "%N %T", check=False)
            return len(answer.split()) == 2 * len(self.nodes) and \
                not re.search(r"unk|down|\*", answer)  # ready, whatever runs on them
        self.wait_until(are_up, "nodes")

    def wait_until(self, holds, what, seconds=30):
        end = time.monotonic() + seconds
        while not holds():
            dead = [daemon.args[0] for daemon in self.daemons if daemon.poll() is not None]
            if dead or time.monotonic() > end:
                raise RuntimeError(f"{what} did not come up; ended: {dead}\n{self.logs()}")
            time.sleep(0.05)

    def logs(self):
        files = sorted(self.place.glob("*.log"))
        return "\n".join(f"== {file.name}\n" + "\n".join(file.read_text(errors="replace").splitlines()[-20:])
                         for file in files)

    def run(self, *arguments, check=True):
        answer = subprocess.run(arguments, env=self.environment, capture_output=True, text=True)
        if check and answer.returncode != 0:
            raise RuntimeError(f"{arguments}: {answer.stderr}")
        return answer.stdout

    def stop(self):
        if len(self.daemons) > 1:  # jobs first, while the daemons can still end them
            user = pwd.getpwuid(os.getuid()).pw_name
            try:
                subprocess.run(["scancel", "-u", user], env=self.environment, capture_output=True, timeout=5)
                end = time.monotonic() + 5
                while self.run("squeue", "-h", "-o", "%A", check=False).strip() and time.monotonic() < end:
                    time.sleep(0.1)
            except subprocess.TimeoutExpired:
                pass
        for daemon in reversed(self.daemons):
            if daemon.poll() is None:
                daemon.terminate()
        for daemon in reversed(self.daemons):
            try:
                daemon.wait(timeout=5)
            except subprocess.TimeoutExpired:
                os.killpg(daemon.pid, signal.SIGKILL)
                daemon.wait()
        self.daemons = []
