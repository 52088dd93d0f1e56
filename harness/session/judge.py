"""Proven frames of one item -> the Measurement that is stored; every planned item ends here."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.records.external import UNCHECKED
from harness.records.measurement import (
    Accuracy,
    Build,
    Check,
    Cores,
    CpuTime,
    Latency,
    Measurement,
    Memory,
    Reason,
    SampleSet,
    Startup,
    Status,
)
from harness.records.scenario import long_run
from harness.session.collect import Collector, ItemFrames
from harness.session.evidence import Evidence
from harness.session.joules import joules
from harness.session.layers import layer_times, layers_fault
from harness.session.long import hottest_c, long_latency, periodic_of, sustained_of, too_long
from harness.session.rules import verdict
from harness.session.sanity import celsius, words_of
from harness.stats.latency import quantile, summarise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.board import BoardFacts
    from harness.records.item import Item, Plan, Planned, Work
    from harness.session.metering import Meters

Payload = dict[str, Any]

# how a worker closes items whose turn never came
STOPPED = ("cancelled", "budget")


@dataclass(frozen=True, kw_only=True)
class Context:
    """What all items of one session share."""

    run: str
    plan: Plan
    facts: BoardFacts
    environment: str
    runner_sha256: str
    attempt: int = 1
    meters: Meters | None = None  # those beside the board, while they are read
    spool: str = ""  # what the worker of this attempt calls the run


def judge(
    context: Context, work: Work, collector: Collector
) -> tuple[Measurement, list[SampleSet]]:
    """Return the measurement of an item that was carried out, and its raw samples."""
    if work.weights != work.item.weights:
        words = f"planned with {work.item.weights} weights, prepared with {work.weights}"
        return absent(context, work.item, Status.INVALID, "V24", words), []
    frames = collector.items.get(work.item.item_id, ItemFrames())
    closing = frames.closing
    if closing is None:
        words = frames.broken or "the worker on the board ended before this item was closed"
        return absent(context, work.item, Status.INFRA, "infra", words), []
    fault = frames.fault or layers_fault(work, frames.samples)
    if fault:
        return absent(context, work.item, Status.INVALID, "V25", fault), []
    wrong = _wrong_output(frames)
    if closing.get("status") != "done" and not wrong:
        status = Status.TIMEOUT if closing.get("status") == "timeout" else Status.FAILED
        words = words_of(closing, "words") or "the runner gave no reason"
        return absent(context, work.item, status, status.value.lower(), words), []
    if not frames.samples and closing.get("stop") in STOPPED:
        words = f"stopped before its first repetition ({closing['stop']})"
        return absent(context, work.item, Status.SKIPPED, "stopped", words), []
    evidence = _evidence(context, work, collector, frames)
    if not evidence.times("wall_ns") and not wrong:
        return absent(context, work.item, Status.FAILED, "V27", "no samples were left"), []
    samples = [] if wrong else _samples(context, work, frames)
    return _measured(context, work, collector, frames, evidence), samples


def absent(context: Context, item: Item, status: Status, rule: str, words: str) -> Measurement:
    """Return the row of an item without a number: failure and absence are rows, not holes."""
    return Measurement(
        **_identity(context, item), status=status, reasons=(Reason(rule=rule, words=words),)
    )


def skipped(context: Context, planned: Planned) -> Measurement:
    """Return the row of an item that the plan skipped."""
    return absent(context, planned.item, Status.SKIPPED, "skip", planned.skip)


def _identity(context: Context, item: Item) -> dict[str, Any]:
    facts = context.facts
    return {
        "run": context.run,
        "item": item.item_id,
        "board": facts.name,
        "board_id": facts.board_id,
        "emulated": bool(facts.emulated),
        "vm": facts.hello.vm,
        "mode": item.mode,
        "runtime": item.runtime,
        "device": item.device,
        "kind": item.kind,
        "workload": item.workload,
        "scheme": item.scheme,
        "shape": item.shape,
        "threads": item.threads,
        "cores": Cores(cluster=item.cores),
        "batch": item.batch,
        "inflight": item.inflight,
        "scenario": item.scenario,
        "profile": context.plan.protocol.profile,
        "weights": item.weights,
        "environment": context.environment,
        "attempt": context.attempt,
        "forced_variant": item.variant or None,
    }


def _wrong_output(frames: ItemFrames) -> bool:
    """Whether any timed process, of a repetition or of an energy window, gave a wrong output."""
    return any(not (f.get("check_before") and f.get("check_after")) for f in frames.samples) or any(
        f.get("check") is not True for f in frames.windows
    )


def _evidence(context: Context, work: Work, collector: Collector, frames: ItemFrames) -> Evidence:
    samples = frames.samples
    timed = [s for s in samples if s.get("wall_ns")]
    is_long = long_run(work.item.scenario) is not None
    latency = (long_latency(timed[-1]) if timed else None) if is_long else _latency(timed)
    boots = {str(s.get("boot_id", "")) for s in samples}
    boots |= {str((frames.closing or {}).get(k, "")) for k in ("boot_id_start", "boot_id_end")}
    return Evidence(
        work=work,
        facts=context.facts,
        protocol=context.plan.protocol,
        samples=samples,
        windows=frames.windows,
        closing=frames.closing or {},
        peaks=collector.peaks,
        reads=tuple(collector.levels.values()),
        boot_ids=frozenset(boots - {""}),
        latency=latency,
        broken=frames.broken or (too_long(samples) if is_long else _too_many(context, samples)),
        hello=collector.hello,
        state=collector.state,
        slowness=collector.pace.slowness if collector.pace else None,
        run=context.spool,
        seed=context.plan.seed,
        half_width=_half_width(latency),
        p25_by_repetition_ns=[quantile(s["wall_ns"], 0.25) / int(s["iterations"]) for s in timed],
    )


def _too_many(context: Context, samples: Sequence[Payload]) -> str:
    """Words when more came than the job asked for: it is not known then what was timed."""
    protocol = context.plan.protocol
    most = max((len(s["wall_ns"]) for s in samples), default=0)
    if len(samples) > protocol.repetitions_max:
        return f"{len(samples)} repetitions came, at most {protocol.repetitions_max} were asked for"
    if most > protocol.samples:
        return f"{most} samples came in one repetition, {protocol.samples} were asked for"
    return ""


def _latency(timed: Sequence[Payload]) -> Latency | None:
    if not timed or min(min(s["wall_ns"]) for s in timed) <= 0:
        return None
    return summarise([s["wall_ns"] for s in timed], [int(s["iterations"]) for s in timed])


def _half_width(latency: Latency | None) -> float | None:
    if latency is None or latency.ci95 is None:
        return None
    # a difference of logarithms: the quotient of two extremes may be no float
    return (math.log(latency.ci95.high) - math.log(latency.ci95.low)) / 2


def _measured(
    context: Context, work: Work, collector: Collector, frames: ItemFrames, evidence: Evidence
) -> Measurement:
    found = verdict(evidence)
    last: Payload = frames.samples[-1] if frames.samples else {}
    passed = all(r.rule != "V01" for r in found.reasons)
    # a wrong output gets no number, not even of the repetitions before it
    latency = evidence.latency if passed else None
    identity = _identity(context, work.item)
    identity["cores"] = Cores(
        cluster=work.item.cores,
        mask=last.get("cpu_mask"),
        asked=context.facts.core_mask(work.item.cores) or None,
    )
    energy, energy_absent = joules(context.facts, work, collector, frames, context.meters)
    if not passed:
        energy, energy_absent = (), "the output was wrong"
    believable = latency is not None and latency.p50 > 0
    sustained = sustained_of(last, work.item.batch) if latency else None
    periodic = periodic_of(last, work.item) if latency else None
    paced = periodic is not None  # its times hold what a sleeper's waking takes
    hot_c = hottest_c([*frames.samples, *frames.windows])
    return Measurement(
        **identity,
        status=found.status,
        reasons=found.reasons,
        unknown=found.unknown or None,
        notes=found.notes or None,
        family=_family(str(last.get("variant", ""))),
        variant=_isa(str(last.get("variant") or "")) or None,
        variant_choice=str(last.get("choice") or "") or None,
        precision_executed=work.precision_executed or None,
        macs_by_precision=work.macs_by_precision,
        build=Build(
            runner=context.runner_sha256,
            runtime=str(last.get("runtime_version") or "") or None,
            network=work.network_sha256 or None,
        ),
        check=Check(
            kind=work.check_kind,
            passed=passed and work.check_kind != UNCHECKED,
            detail=words_of(last, "check_detail") or work.check_words or None,
        ),
        latency_ns=latency,
        cpu_ns=_cpu(frames.samples) if latency else None,
        inferences_per_s=sustained.steady
        if sustained
        else (_rate(work, latency, frames) if latency and believable else None),
        ops_per_s=evidence.ops_per_s if passed and not paced else None,
        peak_share=evidence.peak_share if passed and not paced else None,
        unit_share=evidence.unit_share if passed and not paced else None,
        accuracy=_accuracy(work),
        memory=_memory(work, frames.samples),
        startup_ns=Startup(
            load=_told(work, last.get("load_ns")), first=_told(work, last.get("first_ns"))
        ),
        clock_hz=statistics.median(evidence.clocks_hz) if evidence.clocks_hz else None,
        temperature_c=_temperature(last),
        energy=energy,
        energy_absent=energy_absent,
        timed_by=work.timed_by or None,
        layers=layer_times(work, frames.samples) if latency else None,
        sustained=sustained,
        periodic=periodic,
        hot=None if hot_c is None else True,
        hot_c=hot_c,
    )


def _rate(work: Work, latency: Latency, frames: ItemFrames) -> float:
    """By the typical inference; at a pace, all that was done over all its time, as throughput."""
    if long_run(work.item.scenario):
        last = frames.samples[-1]
        window_ns = int(last["end_ns"]) - int(last["begin_ns"])
        return work.item.batch * int(last["inferences"]) * 1e9 / window_ns
    if work.item.scenario != "throughput":
        return work.item.batch * 1e9 / latency.p50
    timed = [s for s in frames.samples if s.get("wall_ns")]
    done = sum(int(s["iterations"]) * len(s["wall_ns"]) for s in timed)
    return work.item.batch * done * 1e9 / sum(sum(s["wall_ns"]) for s in timed)


def _family(variant: str) -> str | None:
    return variant.split("_", 1)[0] if "__" in variant and "," not in variant else None


def _isa(variants: str) -> str:
    """`xnor_gemm_w1a1__avx2,int8_gemm_w8a8__avx512vnni` -> `avx2+avx512vnni`."""
    tokens = (name.rpartition("__")[2] for name in variants.split(",") if name)
    return "+".join(dict.fromkeys(tokens))


def _cpu(samples: Sequence[Payload]) -> CpuTime | None:
    values = [
        cpu / count
        for s in samples
        for cpu, count in zip(s.get("cpu_ns") or (), _counts(s), strict=False)
        if cpu > 0
    ]
    if not values:
        return None
    return CpuTime(p50=statistics.median(values), clock=str(samples[-1].get("cpu_clock", "thread")))


def _counts(sample: Payload) -> Sequence[int]:
    """Inferences of each sample; buckets of a long run differ."""
    return sample.get("bucket_n") or [int(sample["iterations"])] * len(sample["wall_ns"])


def _accuracy(work: Work) -> Accuracy | None:
    if work.accuracy_value is None:
        return None
    return Accuracy(
        metric=work.accuracy_metric,
        value=work.accuracy_value,
        n=work.accuracy_n,
        sqnr_db=work.accuracy_sqnr_db,
    )


def _told(work: Work, value: int | None) -> int | None:
    """Nothing where a program gave 0: that is its word for what it does not know."""
    return value if work.item.runtime == "native" else value or None


def _memory(work: Work, samples: Sequence[Payload]) -> Memory:
    last: Payload = samples[-1] if samples else {}
    return Memory(
        weights_bytes=_told(work, last.get("weights_bytes")),
        arena_bytes=_told(work, last.get("arena_bytes")),
        peak_rss_bytes=max((int(s.get("peak_rss_bytes") or 0) for s in samples), default=0) or None,
    )


def _temperature(sample: Payload) -> float | None:
    return celsius(sample.get("watch_after", {}).get("temperature"))


def _samples(context: Context, work: Work, frames: ItemFrames) -> list[SampleSet]:
    return [
        SampleSet(
            item=work.item.item_id,
            board=context.facts.name,
            repetition=int(s.get("rep", n)),
            iterations=int(s["iterations"]),
            wall_ns=tuple(s["wall_ns"]),
            cpu_ns=tuple(s.get("cpu_ns") or ()),
            inferences=tuple(s["bucket_n"]) if "bucket_n" in s else None,
        )
        for n, s in enumerate(frames.samples)
        if s.get("wall_ns")
    ]
