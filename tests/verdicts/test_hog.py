"""A program that eats the core which the kernel is timed on."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.faults import fake_runner
from tests.verdicts.ledger import found

if TYPE_CHECKING:
    from pathlib import Path

HOG = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nwhile True:\n    pass\n"
SOME = """\
protocol: {repetitions_min: 3, repetitions_max: 3, samples: 10, sample_min_ms: 5.0,
  warmup_ms: 10.0, precision: 1.0}
"""


def test_a_hog_on_the_work_s_core_is_seen(tmp_path: Path) -> None:
    last = max(os.sched_getaffinity(0))
    with subprocess.Popen([sys.executable, "-c", HOG, str(last)]) as hog:
        try:
            told = fake_runner.run(tmp_path, {"beside": []}, head=SOME)
        finally:
            hog.kill()
    (words,) = [r["words"] for r in told.rows["beside"]["reasons"] if r["rule"] == "V11"]
    assert "wall time above CPU time" in words
    assert told.rows["beside"]["status"] == "SUSPECT"
    assert told.rows["beside"]["inferences_per_s"] > 0
    found("V11", "a busy loop pinned to the work's core", "SUSPECT")
