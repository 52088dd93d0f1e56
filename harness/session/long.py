"""The frame of a long run -> what it says of endurance or of deadlines; judges nothing."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from harness.records.measurement import Latency, Periodic, Sustained
from harness.records.scenario import long_run
from harness.session.sanity import celsius
from harness.stats.latency import P90_SAMPLES, P99_SAMPLES
from harness.stats.throttling import endurance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.item import Item

Payload = dict[str, Any]

POINTS = 120  # of a trace, in a row; all buckets are among the raw samples


def too_long(frames: Sequence[Payload]) -> str:
    """Return words when more than one long run came: it is not known then what was timed."""
    return f"{len(frames)} long runs came, one was asked for" if len(frames) > 1 else ""


def long_latency(frame: Payload) -> Latency | None:
    """Return nanoseconds per inference: at a pace from release to result, else by bucket means.

    One process has no interval. Of a sustained run, the single inferences are not known.
    """
    if "releases" in frame:
        p25, p50, p90, p99, _ = (float(v) for v in frame["response_ns"])
        count = int(frame["inferences"])
        return Latency(
            p25=p25,
            p50=p50,
            p90=p90 if count >= P90_SAMPLES else None,
            p99=p99 if count >= P99_SAMPLES else None,
            iterations_per_sample=1,
            samples=count,
            repetitions=1,
        )
    each = [wall / n for wall, n in zip(frame["wall_ns"], frame["bucket_n"], strict=True)]
    if min(each) <= 0:
        return None
    ordered = sorted(each)
    return Latency(
        p25=ordered[len(ordered) // 4],
        p50=statistics.median(ordered),
        iterations_per_sample=int(statistics.median(frame["bucket_n"])),
        samples=len(each),
        repetitions=1,
    )


def sustained_of(frame: Payload, batch: int) -> Sustained | None:
    """Return what a run without a pause has shown; None for any other."""
    if "bucket_n" not in frame:
        return None
    seconds = [wall / 1e9 for wall in frame["wall_ns"]]
    done = [float(n) * batch for n in frame["bucket_n"]]
    found = endurance(seconds, done)
    each = -(-len(seconds) // POINTS)
    groups = [slice(i, i + each) for i in range(0, len(seconds), each)]
    return Sustained(
        length_s=(frame["end_ns"] - frame["begin_ns"]) / 1e9,
        inferences=int(frame["inferences"]) * batch,
        first_minute=found.first,
        steady=found.steady,
        ratio=found.steady / found.first,
        time_to_throttle_s=found.throttle_s,
        bucket_s=statistics.mean(seconds) * each,
        rates=tuple(_short(sum(done[g]) / sum(seconds[g])) for g in groups),
        clocks_hz=tuple(float(hz) for hz in frame.get("bucket_hz") or ()),
        **_temperatures(frame),
    )


def periodic_of(frame: Payload, item: Item) -> Periodic | None:
    """Return what a run at a pace has shown; None for any other."""
    asked = long_run(item.scenario)
    if asked is None or "releases" not in frame:
        return None
    p99, worst = frame["response_ns"][3:]
    return Periodic(
        rate_per_s=asked.rate_per_s,
        releases=int(frame["releases"]),
        inferences=int(frame["inferences"]) * item.batch,
        missed=int(frame["missed"]),
        lateness_p99_ns=float(max(0, p99 - asked.period_ns)),
        lateness_max_ns=float(max(0, worst - asked.period_ns)),
        busy=frame["busy_ns"] / (frame["end_ns"] - frame["begin_ns"]),
        **_temperatures(frame),
    )


def hottest_c(frames: Sequence[Payload]) -> float | None:
    """Return the highest temperature at which something began too warm; None: nothing did."""
    found = [c for f in frames if (c := celsius(f.get("hot_mc"))) is not None]
    return max(found, default=None)


def _temperatures(frame: Payload) -> dict[str, float | None]:
    """First, last and highest of what was read while it ran, else of before and after."""
    marks = [c for mc in frame.get("mark_mc") or () if (c := celsius(mc)) is not None]
    around = (frame.get(f"watch_{when}", {}).get("temperature") for when in ("before", "after"))
    known = marks or [c for mc in around if (c := celsius(mc)) is not None]
    if not known:
        return {}
    return {"start_c": known[0], "end_c": known[-1], "max_c": max(known)}


def _short(rate: float) -> float:
    return float(f"{rate:.5g}")
