"""Two hundred boards from one controller: all are done, and what memory and CPU that takes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness.records.measurement import Status
from tests.faults import runs
from tests.faults.ledger import witness
from tests.helpers import sshd
from tests.helpers.cli import User

pytestmark = pytest.mark.sshd

MEMORY_LIMIT_MB = 300
HEAVY = ("pandas", "matplotlib", "onnx", "onnxruntime", "scipy")
# the command line in this very process, so that it can be asked afterwards what it took
DRIVER = """\
import json, resource, sys
from pathlib import Path
from harness.cli import app
try:
    code = app(["run", "suite.yaml", "--no-report"], standalone_mode=False)
except SystemExit as end:
    code = end.code
used = resource.getrusage(resource.RUSAGE_SELF)
# not ru_maxrss, which begins with what the parent had
peak = next(r for r in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in r)
took = {"code": code, "rss_kb": int(peak.split()[1]), "cpu_s": used.ru_utime + used.ru_stime}
Path("took.json").write_text(json.dumps({**took, "modules": sorted(sys.modules)}))
"""


@pytest.mark.parametrize("count", [10, pytest.param(200, marks=pytest.mark.slow)])
def test_many_boards_from_one_process(tmp_path: Path, count: int) -> None:
    # what OpenSSH does as it comes: a crowd of logins is refused at random
    with sshd.openssh("MaxStartups 10:30:100") as server:
        user = User(tmp_path)
        for number in range(count):
            board = f"b{number}"
            user.know(server, board, dir=str(tmp_path / "boards" / board), tags=["shelf"])
        user.suite("tag:shelf", "  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}")
        with (tmp_path / "err").open("w", encoding="utf-8") as err:
            subprocess.run(
                [sys.executable, "-c", DRIVER],
                cwd=tmp_path,
                env=user.environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=err,
                check=True,
                timeout=1500,
            )
    took = json.loads((tmp_path / "took.json").read_text(encoding="utf-8"))
    run = runs.only_run(user)
    assert run.closed
    assert run.missing == ()
    assert len(run.measurements) == count
    assert {m.status for m in run.measurements} <= runs.BELIEVED, _words(run.measurements)
    assert not [name for name in HEAVY if name in took["modules"]]
    memory_mb = took["rss_kb"] / 1024
    assert memory_mb < MEMORY_LIMIT_MB
    assert not [m for m in run.attempts if m.status is Status.INFRA]
    witness(
        "F17",
        on=f"OpenSSH, {count} boards from one process, MaxStartups 10:30:100",
        saw=f"all done; controller {memory_mb:.0f} MB at most, {took['cpu_s']:.1f} s of CPU",
    )


def _words(measurements: object) -> str:
    return "; ".join(
        f"{m.board}: {m.reasons[0].words}"
        for m in measurements  # type: ignore[attr-defined]
        if m.status not in runs.BELIEVED
    )
