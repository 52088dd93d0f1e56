"""Rows for boards that could not be reached: planned == accounted even where nothing answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.records.board import BoardEntry, BoardFacts, Hello
from harness.records.measurement import Measurement, Status
from harness.session.judge import Context, absent

if TYPE_CHECKING:
    from harness.errors import HarnessError
    from harness.records.item import Plan


def rows(run: str, plan: Plan, board: str, error: HarnessError) -> list[Measurement]:
    """Return one INFRA row for each item planned on `board`, with the error's words."""
    context = Context(run=run, plan=plan, facts=_unknown(board), environment="", runner_sha256="")
    return [
        absent(context, planned.item, Status.INFRA, "infra", error.what)
        for planned in plan.of(board)
    ]


def _unknown(name: str) -> BoardFacts:
    hello = Hello(
        version="",
        target="",
        machine="",
        kernel_release="",
        cpu_model="",
        features=(),
        variants={},
        runner_sha256="",
        boot_id="",
        clock_source="",
        clock_step_ns=0,
        clock_hz=0.0,
        cores=0,
        memory_bytes=0,
        page_bytes=0,
        emulated="",
        vm=False,
    )
    return BoardFacts(
        entry=BoardEntry(name=name),
        board_id="",
        hello=hello,
        model="not reached",
        family="",
        os="",
    )
