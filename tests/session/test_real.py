"""A whole session on this machine with runners that are broken on purpose: what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.records.board import BoardEntry
from harness.records.item import Protocol
from harness.records.measurement import Measurement, Status
from harness.session.carry_out import carry_out
from harness.session.events import Closed, Event, Failed
from harness.session.link import Control
from harness.session.ready import make_ready
from harness.transport.registry import open_transport
from tests.helpers import planted
from tests.helpers.sessions import real_session

if TYPE_CHECKING:
    from pathlib import Path

    from harness.toolchain.build import Binary

SCHEMES = ("w1a1", "w8a8", "fp32")
BRIEF = Protocol(
    repetitions_min=2, repetitions_max=2, samples=5, sample_min_ms=1.0, warmup_ms=10.0, precision=1
)
FINE = {Status.OK, Status.SUSPECT}  # the machine may be busy: no test's business


def measure(folder: Path, binary: Binary) -> dict[str, Measurement]:
    """Run one GEMM of each scheme with `binary` on this machine, in a folder of its own."""
    entry = BoardEntry(name="local", dir=str(folder / "board"))
    ready = make_ready(entry, open_transport, lambda _: binary)
    events: list[Event] = []
    carry_out(real_session(ready, BRIEF, *SCHEMES), Control(), events.append)
    ready.link.close()
    assert not [e for e in events if isinstance(e, Failed)]
    rows = [e.measurement for e in events if isinstance(e, Closed)]
    assert len(rows) == len(SCHEMES)
    return {row.scheme: row for row in rows}


def test_a_whole_runner_is_believed(tmp_path: Path) -> None:
    rows = measure(tmp_path, planted.good())
    assert {row.status for row in rows.values()} <= FINE, rows
    assert all(row.check is not None and row.check.passed for row in rows.values())
    assert all(row.inferences_per_s for row in rows.values())


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_wrong_kernel_is_invalid_and_has_no_speed(tmp_path: Path, scheme: str) -> None:
    rows = measure(tmp_path, planted.plant(tmp_path, scheme, planted.WRONG))
    bad = rows.pop(scheme)
    assert bad.status is Status.INVALID
    words = next(r.words for r in bad.reasons if r.rule == "V01")
    assert words.startswith("wrong output before timing")
    assert bad.check is not None
    assert not bad.check.passed
    assert bad.inferences_per_s is None
    assert bad.ops_per_s is None
    assert {row.status for row in rows.values()} <= FINE, rows
    assert all(row.check is not None and row.check.passed for row in rows.values())


def test_a_crashing_kernel_fails_by_name_and_alone(tmp_path: Path) -> None:
    rows = measure(tmp_path, planted.plant(tmp_path, "w1a1", planted.CRASH))
    bad = rows.pop("w1a1")
    assert bad.status is Status.FAILED
    (reason,) = bad.reasons
    assert "SIGSEGV" in reason.words
    assert planted.best_variant("w1a1") in reason.words
    assert bad.inferences_per_s is None
    assert {row.status for row in rows.values()} <= FINE, rows
