"""The machine that is measured on, and what a process uses of it. Names no host and no path."""

import os
import platform
from dataclasses import asdict, dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Machine:
    """What a reader must know to compare numbers."""

    processor: str
    cores: int
    python: str
    system: str

    @classmethod
    def this(cls) -> "Machine":
        """The machine that runs this."""
        return cls(
            processor=_processor(),
            cores=_cores(),
            python=f"{platform.python_implementation()} {platform.python_version()}",
            system=f"{platform.system()} {platform.release()}",
        )

    def __str__(self) -> str:
        return f"{self.processor}, {self.cores} cores, {self.python}, {self.system}"

    def as_json(self) -> dict[str, object]:
        """What is written to the file of results."""
        return asdict(self)


def load_average() -> float | None:
    """How many processes wanted a core in the last minute; ``None`` where nobody counts them."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):  # Windows has none
        return None


class OtherWork:
    """What other programs do on this machine from its creation on.

    Both moments must lie where this process has no children that still run: what they used is
    known once they have ended.
    """

    def __init__(self, *, proc: Path = _PROC) -> None:
        self._proc = proc
        self._began = self._now()

    def share(self) -> float | None:
        """The share of all cores that others have used, 0 to 1; ``None`` without ``/proc``."""
        now, began = self._now(), self._began
        if now is None or began is None or now.total <= began.total:
            return None
        others = (now.busy - began.busy) - (now.own - began.own)
        return min(1.0, max(0.0, others / (now.total - began.total)))

    def _now(self) -> "_Times | None":
        stat = self._proc / "stat"
        if not stat.exists():
            return None
        busy, total = read_core_seconds(stat.read_text(encoding="utf-8"))
        return _Times(busy, total, sum(os.times()[:4]))


@dataclass(frozen=True, slots=True)
class _Times:
    """Seconds since the system was started, of all cores together, and of this program."""

    busy: float
    total: float
    own: float


def read_core_seconds(stat: str) -> tuple[float, float]:
    """How long the cores worked, and how long they could have, in Linux's ``/proc/stat``.

    Both in seconds since the system was started, over all cores. What the host of a virtual
    machine took away counts as work: somebody else had it.
    """
    # The first line of proc(5): user, nice, system, idle, iowait, irq, softirq, steal, …
    ticks = [int(word) for word in stat.splitlines()[0].split()[1:9]]
    total, idle = sum(ticks), ticks[3] + ticks[4]
    second = os.sysconf("SC_CLK_TCK")
    return (total - idle) / second, total / second


def resident_mib(pid: int, *, proc: Path = _PROC) -> float | None:
    """The memory that a process holds, in MiB; ``None`` where the system has no ``/proc``."""
    status = proc / str(pid) / "status"
    if not status.exists():
        return None
    return read_resident_kib(status.read_text(encoding="utf-8")) / 1024


def read_resident_kib(status: str) -> int:
    """``VmRSS`` in the text of Linux's ``/proc/PID/status``, in KiB; ``ValueError`` without it."""
    for line in status.splitlines():
        name, _, value = line.partition(":")
        if name == "VmRSS":
            return int(value.split()[0])
    raise ValueError("The status of the process has no VmRSS: it has ended.")


def processor_seconds(pid: int, *, proc: Path = _PROC) -> float | None:
    """The time that a process has spent on a core; ``None`` where the system has no ``/proc``."""
    stat = proc / str(pid) / "stat"
    if not stat.exists():
        return None
    # The second field is the program's name in brackets and may itself hold spaces; user and
    # system time are the 14th and 15th of proc(5).
    fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _processor() -> str:
    description = _PROC / "cpuinfo"
    if description.exists():
        for line in description.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine() or "unknown"


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # Linux alone tells how many this process may use
        return os.cpu_count() or 1
