"""Live rails of simulated INA3221 chips under a board's /sys, and what they really drew."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.records.board import SensorFile
from harness.toolchain.zig import cache_root

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

SOURCE = Path(__file__).with_name("live_ina3221.c")
FOLDER = "/sys/class/power-sim"  # beside hwmon: discovery is tried elsewhere, and takes few of them
QUANTUM_W = 5.0 * 40e-3 / 5.0


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What a rail drew in all windows together."""

    gross_j: float
    net_j: float


def sensors(rails: int) -> tuple[SensorFile, ...]:
    """Return the rails as discovery would: volts times amperes, a step of 40 mW, a gain of 2 %."""
    return tuple(
        SensorFile(
            id=f"ina3221:rail{n}",
            kind="product",
            path=f"{FOLDER}/hwmon{n}/in1_input",
            path2=f"{FOLDER}/hwmon{n}/curr1_input",
            scale=1e-6,
            scope="rails",
            label=f"rail{n}",
            quantum_w=QUANTUM_W,
            gain=0.02,
        )
        for n in range(rails)
    )


class LiveRails:
    """The chips, alive between `with` and its end. `outside` is FOLDER as seen from here."""

    def __init__(
        self, scratch: Path, outside: Path, pid: int, *, rails: int, seed: int = 1
    ) -> None:
        self._scratch, self._outside = scratch, outside
        self._words = (str(rails), str(seed), str(pid))
        self._rails = rails

    def __enter__(self) -> Self:
        program = compiled(self._scratch)
        self._outside.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [program, self._outside, *self._words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def truth(self, windows_ns: Sequence[tuple[int, int]]) -> list[Truth]:
        """Return what each rail drew in these windows (board's CLOCK_MONOTONIC)."""
        gross, net = [0.0] * self._rails, [0.0] * self._rails
        for begin_ns, end_ns in windows_ns:
            assert self._process.stdin is not None
            self._process.stdin.write(f"{begin_ns} {end_ns}\n")
            self._process.stdin.flush()
            for n in range(self._rails):
                a, b = (float(word) for word in self._line().split())
                gross[n] += a
                net[n] += b
        return [Truth(gross_j=a, net_j=b) for a, b in zip(gross, net, strict=True)]

    def _line(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        assert line, f"the simulator ended with {self._process.wait()}"
        return line


def compiled(folder: Path) -> Path:
    """Build the simulator for this machine."""
    program = folder / "live_ina3221"
    cache = str(cache_root().absolute() / "zig")
    flags = ("-std=gnu11", "-O2", "-Wall", "-Werror")
    files = (str(SOURCE), "-o", str(program), "-lm", "-lpthread")
    subprocess.run(
        [sys.executable, "-m", "ziglang", "cc", *flags, *files],
        check=True,
        env={**os.environ, "ZIG_GLOBAL_CACHE_DIR": cache, "ZIG_LOCAL_CACHE_DIR": cache},
    )
    return program
