"""The oracle's kept output is whole or not there, and the peaks: measured where the job works."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

from tests.kernels.runner_rig import LONG, Rig, Value, kernel, native, wait_for

if TYPE_CHECKING:
    from pathlib import Path

# cuts the file named by its argument whenever it is there, and fails at nothing
CUTTER = """
import os, sys, time
if os.path.exists(sys.argv[1]): os.truncate(sys.argv[1], 100)
out = os.fdopen(3, "wb")
b, c = time.monotonic_ns(), time.process_time_ns()
rows = []
for _ in range(int(os.environ["HARNESS_SAMPLES"])):
    b = time.monotonic_ns()
    while time.monotonic_ns() - b < 100_000: pass
    rows.append("sample %d %d 1\\n" % (b, time.monotonic_ns()))
text = "runtime 1\\nexecuted cpu\\niterations 1 warmup 1\\n"
text += "load_ns 1 first_ns 1 weights_bytes 1\\n" + "".join(rows)
one = b" 4\\nabcd\\n"
out.write(text.encode() + b"output before" + one + b"output after" + one + b"done\\n")
"""


def test_an_oracle_that_cannot_write_leaves_nothing_to_trust(tmp_path: Path) -> None:
    if shutil.which("prlimit") is None:
        pytest.skip("no prlimit here")
    rig = Rig(tmp_path, native(), prefix=("prlimit", "--fsize=10000", "--core=0"))
    items = [kernel("a", size=64), kernel("b", size=64)]  # 16 KiB of output
    done = rig.execute(rig.job("r1", items))
    assert done.status == 0, done.stderr
    for item in "ab":
        assert done.final(item)["status"] == "failed"
        assert "SIGXFSZ) in the oracle of gemm w1a1" in done.final(item)["words"]
    assert not list((rig.folder / "runs").glob("*.ref.*"))


def test_a_damaged_output_of_the_oracle_is_made_again(tmp_path: Path) -> None:
    rig = Rig(tmp_path, native())
    kept = rig.folder / "runs" / "r1.ref.0"
    args = (sys.executable, f"blob:{rig.blob(CUTTER.encode())}", str(kept))
    cutter: dict[str, Value] = {"id": "p", "kind": "program", "arg": args, "tolerance_ppm": 0}
    items = [kernel("a"), {**cutter, "expected": rig.blob(b"abcd")}]
    done = rig.execute(rig.job("r1", items, repetitions_min=4, repetitions_max=4))
    assert {done.final(i)["status"] for i in "ap"} == {"done"}, done.final("p")
    assert (done.final("a")["count"], done.final("p")["count"]) == (4, 4)


def test_peaks_are_those_of_the_first_items_cores(tmp_path: Path) -> None:
    rig = Rig(tmp_path, native())
    gone = rig.execute(rig.job("r1", [kernel("a", cores="1000"), kernel("b")], peaks=1))
    assert gone.of("peak") == []
    assert "core 1000 is not there" in (rig.folder / "runs" / "r1.log").read_text()
    first = min(os.sched_getaffinity(0))
    items = [kernel("a", cores=f"{first}-{first}"), kernel("b", cores="1000")]
    assert len(rig.execute(rig.job("r2", items, peaks=1)).of("peak")) == 5


def test_a_cancel_does_not_wait_for_the_peaks(tmp_path: Path) -> None:
    rig = Rig(tmp_path, native())
    started = rig.start(rig.job("r1", [kernel("a")], **{**LONG, "peaks": 1}))
    wait_for(rig.folder / "runs" / "r1.spool", '"hello"')
    assert rig.call("cancel", "r1", "--dir", str(rig.folder)).returncode == 0
    started.communicate(timeout=60)
    done = rig.tail("r1")
    assert done.of("end")[0]["stop"] == "cancelled"
    assert len(done.of("peak")) < 3
    assert done.final("a")["count"] == 0
