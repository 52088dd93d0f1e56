"""Sustained and periodic items: one process each, counted by buckets or kept at a pace."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.kernels.runner_rig import Rig, Value, block, kernel, native, text_watch, wait_for

if TYPE_CHECKING:
    from pathlib import Path

SECOND = 10**9


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


def sustained(name: str = "s", length_ns: int = SECOND, **more: Value) -> dict[str, Value]:
    return {**kernel(name), "sustain_ns": length_ns, **more}


def periodic(name: str = "p", pace_ns: int = 20_000_000, **more: Value) -> dict[str, Value]:
    return {**kernel(name), "sustain_ns": SECOND, "pace_ns": pace_ns, **more}


def the_long(rig: Rig, item: dict[str, Value], extra: bytes = b"", **head: Value) -> dict[str, Any]:
    done = rig.execute(rig.job("r1", [item], extra, **head))
    name = str(item["id"])
    final = done.final(name)
    assert final["status"] == "done", final
    assert final["stop"] == "done"
    assert final["sha256"] == done.digest(name)
    assert not done.of("sample", name)
    assert [n["words"].partition(" s ")[2] for n in done.of("note")] == ["begins"]
    (frame,) = done.of("long", name)
    return frame


def test_a_sustained_item_is_counted_by_buckets_without_a_pause(rig: Rig) -> None:
    frame = the_long(rig, sustained())
    assert frame["check_before"] is frame["check_after"] is True
    count = len(frame["wall_ns"])
    assert 5 < count <= 60
    assert len(frame["bucket_n"]) == len(frame["cpu_ns"]) == count
    assert len(frame["bucket_hz"]) == -(-count // 10)
    assert sum(frame["bucket_n"]) == frame["inferences"]
    window = frame["end_ns"] - frame["begin_ns"]
    assert window >= SECOND
    # what is in no bucket: a look at the clock in every tenth, and whoever took the core away there
    assert sum(frame["wall_ns"]) <= window
    assert min(frame["wall_ns"]) >= SECOND // 60


def test_a_periodic_item_keeps_its_pace(rig: Rig) -> None:
    frame = the_long(rig, periodic())
    assert frame["releases"] == 50
    assert frame["inferences"] + frame["missed"] >= 50
    assert frame["end_ns"] - frame["begin_ns"] >= 50 * 20_000_000
    p25, p50, p90, p99, most = frame["response_ns"]
    assert 0 < p25 <= p50 <= p90 <= p99 <= most
    assert 0 < frame["busy_ns"] < frame["end_ns"] - frame["begin_ns"]
    assert len(frame["wall_ns"]) == frame["inferences"]


def test_an_item_slower_than_its_pace_misses_every_deadline(rig: Rig) -> None:
    """The reference takes many times longer; what cannot begin in time is dropped, not queued."""
    slow = kernel("p", size=512, variant="xnor_gemm_w1a1__ref")
    frame = the_long(rig, {**periodic(pace_ns=1_000_000), **slow})
    assert frame["releases"] == 1000
    assert frame["missed"] == 1000
    assert 0 < frame["inferences"] < 500
    assert frame["response_ns"][0] > 1_000_000
    window = frame["end_ns"] - frame["begin_ns"]
    assert frame["busy_ns"] > window * 0.9


def test_a_crew_sleeps_between_releases(rig: Rig) -> None:
    frame = the_long(rig, periodic(threads=2, cores="all", pace_ns=100_000_000, m=256))
    assert frame["inferences"] > 0
    # members that wait by looking would make it two seconds of CPU time
    assert sum(frame["cpu_ns"]) < SECOND // 2


def test_joules_are_taken_over_the_long_run_itself(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "uw").write_text("1500000\n")
    sensor = block(
        "sensor",
        {"id": "s1", "form": "power", "path": str(tmp_path / "uw"), "period_ns": 10_000_000},
    )
    done = rig.execute(rig.job("r1", [sustained(), periodic()], sensor, idle_ns=100_000_000))
    for name in ("s", "p"):
        (frame,), (energy,) = done.of("long", name), done.of("energy", name)
        for key in ("begin_ns", "end_ns", "inferences"):
            assert energy[key] == frame[key]
        assert energy["t_ns"][0] <= energy["begin_ns"] < energy["end_ns"] <= energy["t_ns"][-1]
        assert done.final(name)["sha256"] == done.digest(name)
    first, last = done.of("idle")
    assert first["end_ns"] <= done.of("energy", "s")[0]["begin_ns"]
    assert last["begin_ns"] >= done.of("energy", "p")[0]["end_ns"]


def test_rounds_come_first_and_long_runs_have_none(rig: Rig) -> None:
    done = rig.execute(rig.job("r1", [sustained(), kernel("k")]))
    kinds = [(f.kind, f.payload.get("item")) for f in done.frames if "item" in f.payload]
    assert kinds.index(("item_end", "k")) < kinds.index(("long", "s"))
    assert len(done.of("sample", "k")) == 2
    assert done.final("k")["status"] == done.final("s")["status"] == "done"


def test_the_temperature_is_read_while_it_runs(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "temp").write_text("51000\n")
    watch = text_watch("temperature", tmp_path / "temp")
    frame = the_long(rig, sustained(length_ns=3 * SECOND // 2), watch)
    assert len(frame["mark_ms"]) >= 2
    assert set(frame["mark_mc"]) == {51000}
    assert frame["watch_before"]["temperature"] == 51000


def test_a_temperature_that_is_no_number_is_not_traced(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "temp").write_text("hot\n")
    frame = the_long(rig, sustained(), text_watch("temperature", tmp_path / "temp"))
    assert "mark_mc" not in frame


def test_a_wrong_kernel_gets_no_number(rig: Rig) -> None:
    done = rig.execute(rig.job("r1", [sustained(variant="xnor_gemm_w1a1__nonsense")]))
    assert done.final("s")["status"] == "failed"
    assert not done.of("long", "s")


def test_a_cancelled_long_run_ends_at_once_and_is_said_to_be_cancelled(rig: Rig) -> None:
    started = rig.start(rig.job("r1", [kernel("k"), sustained(length_ns=600 * SECOND)]))
    spool = rig.folder / "runs" / "r1.spool"
    wait_for(spool, '"item":"k","final":true')
    begun = time.monotonic()
    assert rig.call("cancel", "r1", "--dir", str(rig.folder)).returncode == 0
    started.communicate(timeout=60)
    assert time.monotonic() - begun < 50
    done = rig.tail("r1")
    assert done.final("s")["stop"] == "cancelled"
    assert done.final("s")["count"] == 0
    assert started.returncode != -signal.SIGKILL


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"pace_ns": 1_000_000}, "a pace, and no 'sustain_ns'"),
        ({"sustain_ns": 1}, "1 is outside 1000000.."),
        ({"sustain_ns": SECOND, "pace_ns": 1}, "1 is outside 100000.."),
    ],
)
def test_a_job_with_impossible_lengths_is_refused(
    rig: Rig, keys: dict[str, Value], words: str
) -> None:
    done = rig.execute(rig.job("r1", [{**kernel("k"), **keys}]))
    assert done.status == 2
    assert words in done.stderr
