"""Rows for boards that could not be reached: planned == accounted even where nothing answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import HarnessError, UnknownTargetError
from harness.records.board import BoardEntry, BoardFacts, Hello
from harness.records.measurement import Measurement, Status
from harness.session.judge import Context, absent

if TYPE_CHECKING:
    from harness.records.item import Plan


def rows(run: str, plan: Plan, board: str, error: HarnessError) -> list[Measurement]:
    """Return one INFRA or SKIPPED row for each item planned on `board`, in the error's words."""
    context = Context(run=run, plan=plan, facts=_unknown(board), environment="", runner_sha256="")
    # a board that no runner exists for is no fault of the link: it is skipped before any push
    skipped = isinstance(error, UnknownTargetError)
    status, rule = (Status.SKIPPED, "skip") if skipped else (Status.INFRA, "infra")
    return [absent(context, p.item, status, rule, error.what) for p in plan.of(board)]


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
