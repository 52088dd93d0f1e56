"""Frames of long runs -> rows: endurance, deadlines, which rules hold, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from harness.records.measurement import Status
from harness.session.account import Account
from harness.session.deploy import Deployed
from harness.session.events import Advanced, Closed, Event, Note
from harness.session.job import render
from harness.session.judge import judge
from harness.session.order import Session, job_of
from harness.session.ready import Ready
from tests.helpers.sessions import Spool, context, facts, gemm, item_end, sample, work
from tests.session.test_job import job

if TYPE_CHECKING:
    from harness.records.item import Item
    from harness.records.measurement import Measurement, SampleSet

SECOND = 10**9
SUSTAINED = gemm(scenario="sustained 120s")
PERIODIC = gemm(scenario="periodic 100/s")


def sustained(slow_from: int = 120, **changes: Any) -> dict[str, Any]:
    """Two minutes by the second; 1,000 inferences in each, 700 from some second on."""
    counts = [1000 if n < slow_from else 700 for n in range(120)]
    values: dict[str, Any] = {
        "kind": "long",
        "iterations": 10,
        "wall_ns": [SECOND] * 120,
        "cpu_ns": [SECOND - 1000] * 120,
        "begin_ns": SECOND,
        "end_ns": 121 * SECOND,
        "inferences": sum(counts),
        "bucket_n": counts,
        "bucket_hz": [3_000_000_000] * 12,
        "marks_ns": SECOND,
        "mark_ms": [0, 60_000, 119_000],
        "mark_mc": [45_000, 83_000, 79_000],
    }
    return sample(SUSTAINED, **{**values, **changes})


def periodic(**changes: Any) -> dict[str, Any]:
    """Ten seconds at 100/s, most of them in 2 ms, a few late."""
    values: dict[str, Any] = {
        "kind": "long",
        "iterations": 1,
        "wall_ns": [2_000_000] * 500,
        "cpu_ns": [1_990_000] * 500,
        "begin_ns": SECOND,
        "end_ns": 11 * SECOND,
        "inferences": 998,
        "releases": 1000,
        "missed": 5,
        "busy_ns": 2 * SECOND,
        "response_ns": [2_000_000, 2_050_000, 2_100_000, 3_000_000, 25_000_000],
    }
    return sample(PERIODIC, **{**values, **changes})


def judged(frame: dict[str, Any], item: Item, **close: Any) -> tuple[Measurement, list[SampleSet]]:
    spool = Spool()
    spool.item(item, frame, **{"stop": "done", **close})
    one = work(item)
    return judge(context(facts(), one), one, spool.collected())


def test_a_sustained_run_that_throttles() -> None:
    row, samples = judged(sustained(slow_from=80), SUSTAINED)
    assert (row.status, row.reasons) == (Status.OK, ())
    assert row.scenario == "sustained 120s"
    found = row.sustained
    assert found is not None
    assert found.first_minute == pytest.approx(1000)
    assert found.time_to_throttle_s == pytest.approx(80)
    assert found.steady == row.inferences_per_s == pytest.approx(700)
    assert found.ratio == pytest.approx(0.7)
    assert found.length_s == pytest.approx(120)
    assert (found.start_c, found.end_c, found.max_c) == (45.0, 79.0, 83.0)
    assert len(found.rates) == 120
    assert found.bucket_s == pytest.approx(1)
    assert row.latency_ns is not None
    assert row.latency_ns.ci95 is None
    (kept,) = samples
    assert kept.inferences == tuple([1000] * 80 + [700] * 40)


def test_a_sustained_run_that_does_not() -> None:
    row, _ = judged(sustained(), SUSTAINED)
    assert row.sustained is not None
    assert row.sustained.time_to_throttle_s is None
    assert row.sustained.ratio == pytest.approx(1)
    assert row.periodic is None


def test_a_long_trace_is_thinned_out_in_the_row_only() -> None:
    lists: dict[str, Any] = {
        "wall_ns": [2 * SECOND] * 600,
        "cpu_ns": [2 * SECOND] * 600,
        "bucket_n": [10] * 600,
    }
    row, (kept,) = judged(
        sustained(**lists, end_ns=1201 * SECOND, inferences=6000, bucket_hz=[]), SUSTAINED
    )
    assert row.sustained is not None
    assert len(row.sustained.rates) == 120
    assert row.sustained.bucket_s == pytest.approx(10)
    assert len(kept.wall_ns) == 600


def test_a_periodic_run() -> None:
    row, _ = judged(periodic(), PERIODIC)
    assert (row.status, row.reasons) == (Status.OK, ())
    found, latency = row.periodic, row.latency_ns
    assert found is not None
    assert latency is not None
    assert (found.releases, found.inferences, found.missed) == (1000, 998, 5)
    assert (found.lateness_p99_ns, found.lateness_max_ns) == (0.0, 15_000_000.0)
    assert found.busy == pytest.approx(0.2)
    assert (latency.p50, latency.p90, latency.p99) == (2_050_000, 2_100_000, 3_000_000)
    assert row.inferences_per_s == pytest.approx(99.8)
    assert row.sustained is None


def test_quantiles_of_few_inferences_are_not_given() -> None:
    row, _ = judged(periodic(inferences=50, releases=50, missed=0), PERIODIC)
    assert row.latency_ns is not None
    assert (row.latency_ns.p90, row.latency_ns.p99) == (None, None)


def test_throttling_is_a_finding_of_a_sustained_run_and_a_fault_of_a_periodic_one() -> None:
    watches: dict[str, Any] = {"watch_before": {"throttle_x": 1}, "watch_after": {"throttle_x": 9}}
    assert judged(sustained(**watches), SUSTAINED)[0].status is Status.OK
    row, _ = judged(periodic(**watches), PERIODIC)
    assert (row.status, [r.rule for r in row.reasons]) == (Status.SUSPECT, ["V09"])


def test_threads_that_wake_one_after_the_other_disturb_nobody() -> None:
    item = replace(PERIODIC, threads=2, cores="2")
    frame = {**periodic(cpu_ns=[2_100_000] * 500, cpu_mask="0x3"), "item": item.item_id}
    assert judged(frame, item)[0].status is Status.OK
    alone = judged(periodic(cpu_ns=[1_000_000] * 500), PERIODIC)[0]
    assert [r.rule for r in alone.reasons] == ["V11"]


def test_other_rules_hold() -> None:
    row, _ = judged(sustained(cpu_ns=[SECOND // 2] * 120), SUSTAINED)
    assert [r.rule for r in row.reasons] == ["V11"]
    row, _ = judged(sustained(check_after=False, check_detail="7 of 9 differ"), SUSTAINED)
    assert (row.status, row.sustained, row.inferences_per_s) == (Status.INVALID, None, None)


def test_one_that_began_hot_is_marked_and_not_suspected() -> None:
    row, _ = judged(sustained(hot_mc=71_000), SUSTAINED)
    assert (row.status, row.hot, row.hot_c) == (Status.OK, True, 71.0)
    cool, _ = judged(sustained(), SUSTAINED)
    assert (cool.hot, cool.hot_c) == (None, None)


def test_two_long_runs_are_one_too_many() -> None:
    spool = Spool()
    spool.item(SUSTAINED, sustained(), sustained(), stop="done")
    one = work(SUSTAINED)
    row, _ = judge(context(facts(), one), one, spool.collected())
    assert (row.status, row.reasons[0].rule) == (Status.INVALID, "V25")


@pytest.mark.parametrize(
    "changes",
    [
        {"bucket_n": [1000]},
        {"bucket_n": [0] * 120},
        {"end_ns": 0},
        {"inferences": 0},
        {"bucket_hz": [-1]},
        {"mark_mc": ["hot"]},
    ],
)
def test_a_sustained_frame_that_cannot_be_is_not_believed(changes: dict[str, Any]) -> None:
    assert judged(sustained(**changes), SUSTAINED)[0].status is Status.INVALID


@pytest.mark.parametrize(
    "changes",
    [
        {"response_ns": [2, 1, 3, 4, 5]},
        {"response_ns": [1, 2]},
        {"missed": 2000},
        {"inferences": 2000},
        {"releases": 0},
        {"busy_ns": "all"},
    ],
)
def test_a_periodic_frame_that_cannot_be_is_not_believed(changes: dict[str, Any]) -> None:
    assert judged(periodic(**changes), PERIODIC)[0].status is Status.INVALID


def test_a_run_that_was_cancelled_before_it_is_skipped_in_words() -> None:
    spool = Spool()
    spool.add(item_end(SUSTAINED, [], stop="cancelled"))
    one = work(SUSTAINED)
    row, _ = judge(context(facts(), one), one, spool.collected())
    assert row.status is Status.SKIPPED


def test_the_job_tells_length_and_pace() -> None:
    rendered = render(job(works=[work(SUSTAINED), work(PERIODIC), work()])).decode()
    first, second, third = rendered.split("item\n")[1:]
    assert "sustain_ns 120000000000\n" in first
    assert "pace_ns" not in first
    assert "sustain_ns 10000000000\npace_ns 10000000\n" in second
    assert "sustain_ns" not in third
    assert "cool_mc 0\ncool_round_mc 0\ncool_cap_ns 5000000000\n" in rendered


def test_progress_counts_a_long_run_once_and_passes_notes_on() -> None:
    seen: list[Event] = []
    works = [work(SUSTAINED), work()]
    account = Account(context(facts(), *works, repetitions_max=5), works, seen.append)
    spool = Spool()
    spool.add({"kind": "note", "words": "cooling: 71 C, waiting for 58 C\x1b"})
    spool.item(SUSTAINED, sustained(), stop="done")
    collector = spool.collected()
    account.begin(collector, account.context)
    for frame in spool.frames:
        account.frame(frame.payload)
    note, advanced, closed = seen
    assert isinstance(note, Note)
    assert note.words == "cooling: 71 C, waiting for 58 C?"
    assert isinstance(advanced, Advanced)
    assert advanced.total == 6
    assert isinstance(closed, Closed)
    assert not closed.is_open


def session(*items: Item) -> Session:
    """A session whose board nobody has to reach."""
    deployed = Deployed(directory="/d", runner="/d/runner", sha256="ab" * 32, lease="/l", hello={})
    ready = Ready(
        facts=facts(start_c=43.5, trips_c={"temperature": 80.0}),
        deployed=deployed,
        link=cast("Any", None),
        again=cast("Any", None),
    )
    works = [work(item) for item in items]
    return Session(ready=ready, context=context(ready.facts, *works), works=works)


def test_deadlines_count_the_length() -> None:
    short, long = session(gemm()), session(gemm(), SUSTAINED)
    more = job_of(long, long.ready, long.works).deadline_s
    assert 120 < more - job_of(short, short.ready, short.works).deadline_s < 300


def test_the_job_of_a_second_attempt_waits_for_the_temperature_of_the_first() -> None:
    long = session(SUSTAINED)
    warm = replace(long.ready, facts=replace(long.ready.facts, start_c=70.0))
    made = job_of(long, warm, long.works, 2)
    assert (made.cool_mc, made.cool_round_mc) == (46_500, 70_000)
    unknown = replace(long.ready, facts=facts())
    made = job_of(replace(long, ready=unknown), unknown, long.works)
    assert (made.cool_mc, made.cool_round_mc) == (0, 0)
