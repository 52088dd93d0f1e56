"""A supply that knows what the runner does: the watts of a board, and what a meter makes of them.

`python supply.py ROOT DIR`: 5 W, and 2 W for each thread of work of a runner whose folder is DIR,
with some noise. They go into the INA3221 of the fake tree at ROOT, and as `t watts` to stdout, seen
at the wall: 1.2 W and a 0.85th of them.
"""

from __future__ import annotations

import os
import random
import sys
import time
from pathlib import Path

IDLE_W, THREAD_W, NOISE_W = 5.0, 2.0, 0.04
LOSS_W, SHARE = 1.2, 0.85
MILLIVOLTS = 5000
TICK_S = 0.03
CHIP = "/sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3/"


def board(watts: float = IDLE_W) -> dict[str, str]:
    """Return the files of a power monitor; of no known board: this machine is none of those."""
    return {
        f"{CHIP}name": "ina3221",
        f"{CHIP}in1_label": "VDD_IN",
        f"{CHIP}in1_enable": "1",
        f"{CHIP}in1_input": str(MILLIVOLTS),
        f"{CHIP}curr1_input": _milliamperes(watts),
        f"{CHIP}shunt1_resistor": "5000",
    }


def _milliamperes(watts: float) -> str:
    # steps of 40 uV over 5 mOhm
    return str(round(watts * 1e6 / MILLIVOLTS / 8) * 8)


def _processes() -> set[str]:
    return {name for name in os.listdir("/proc") if name.isdecimal()}  # noqa: PTH208 - names


def _threads(folder: str, older: set[str]) -> int:
    """Return how many threads work; what was there before is none of ours."""
    count = 0
    for name in _processes() - older:
        try:
            words = Path(f"/proc/{name}/cmdline").read_bytes().split(b"\0")
            if words[1] in {b"rep", b"spin"} and words[2].startswith(folder.encode()):
                count += len(os.listdir(f"/proc/{name}/task"))  # noqa: PTH208 - names
        except (OSError, IndexError):
            continue
    return count


def main() -> None:
    """Go on until nobody listens."""
    root, folder = Path(sys.argv[1]), sys.argv[2]
    current = os.open(root / f"{CHIP}curr1_input".lstrip("/"), os.O_WRONLY)
    chance, older = random.Random(7), _processes()
    while True:
        watts = IDLE_W + THREAD_W * _threads(folder, older) + chance.gauss(0, NOISE_W)
        # one write of one length: whoever reads sees the old value or the new one
        os.pwrite(current, f"{_milliamperes(watts):>8}\n".encode(), 0)
        seen = LOSS_W + watts / SHARE + chance.gauss(0, NOISE_W)
        sys.stdout.write(f"{time.time():.6f} {seen:.3f}\n")
        sys.stdout.flush()
        time.sleep(TICK_S)


if __name__ == "__main__":
    main()
