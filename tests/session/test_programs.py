"""What a session makes of the user's own programs: labels, limits, and rules that do not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from harness.records.item import Work
from harness.records.measurement import Check, Measurement, Memory, Startup, Status
from harness.session.job import render
from harness.session.judge import judge
from tests.helpers.sessions import Spool, context, gemm, sample, work
from tests.session.test_job import job

PROGRAM = replace(work(gemm(runtime="external:x")), keys={"kind": "program"}, check_kind="golden")


def judged(the_work: Work = PROGRAM, **changes: Any) -> Measurement:
    spool = Spool()
    row = sample(PROGRAM.item, variant="", executed="w1a1", **changes)
    spool.item(PROGRAM.item, *(dict(row, rep=n) for n in range(3)))
    return judge(context(None, PROGRAM), the_work, spool.collected())[0]


def test_what_was_not_compared_did_not_pass() -> None:
    m = judged(replace(PROGRAM, check_kind="unchecked", timed_by="a clock"))
    assert m.status is Status.OK
    assert m.check == Check(kind="unchecked", passed=False)
    assert m.timed_by == "a clock"


def test_what_was_compared_did() -> None:
    m = judged()
    assert m.check == Check(kind="golden", passed=True)
    assert m.timed_by is None


def test_what_a_program_does_not_tell_is_absent_and_not_nothing() -> None:
    costs: dict[str, Any] = {"weights_bytes": 0, "arena_bytes": 0, "load_ns": 0, "first_ns": 5}
    m = judged(**costs, peak_rss_bytes=4096)
    assert m.memory == Memory(peak_rss_bytes=4096)
    assert m.startup_ns == Startup(first=5)
    ours, spool = work(), Spool()
    spool.item(ours.item, *(sample(ours.item, n, **costs) for n in range(3)))
    own = judge(context(None, ours), ours, spool.collected())[0]
    assert own.memory == Memory(weights_bytes=0, arena_bytes=0)
    assert own.startup_ns == Startup(load=0, first=5)


def test_a_whole_process_may_wait() -> None:
    idle: dict[str, Any] = {"cpu_ns": [1_000_000] * 20}
    rules = [r.rule for r in judged(**idle).reasons]
    assert rules == ["V11"]
    whole = replace(PROGRAM, keys={"kind": "program", "whole": 1})
    assert judged(whole, **idle).reasons == ()


def test_a_declared_limit_is_the_items_own() -> None:
    rendered = render(job(works=[work(), replace(PROGRAM, timeout_s=7)])).decode()
    assert [word for word in rendered.splitlines() if word.startswith("timeout_s")] == [
        "timeout_s 60",
        "timeout_s 7",
    ]
