"""The cost of one program, as the kernel reports it for a finished process."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds of a program with its children, and the megabytes of the largest."""

    wall_s: float
    cpu_s: float
    peak_mb: float

    def best(self, other: "Cost | None") -> "Cost":
        """The lower value of each figure, because other work on the machine only adds."""
        if other is None:
            return self
        return Cost(
            min(self.wall_s, other.wall_s),
            min(self.cpu_s, other.cpu_s),
            min(self.peak_mb, other.peak_mb),
        )


def run(
    arguments: Sequence[str], env: Mapping[str, str], cwd: Path, good: Sequence[int] = (0,)
) -> Cost:
    """Run a program to its end; raises `SystemExit` with its output if it failed."""
    said = cwd / "said.txt"
    with said.open("wb") as out:
        begun = time.perf_counter()
        process = subprocess.Popen(arguments, env=env, cwd=cwd, stdout=out, stderr=out)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in good:
        raise SystemExit(f"{' '.join(arguments)}: {said.read_text(errors='replace')[-2000:]}")
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return Cost(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / unit)
