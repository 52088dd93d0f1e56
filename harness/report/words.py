"""How quantities and places are written on a page or a terminal; no layout."""

from __future__ import annotations

from harness.records.measurement import Accuracy, Energy, Measurement, Startup
from harness.stats.ranking import Estimate, estimate
from harness.units import duration_ns, percent, si

_METRICS = {
    "top1_agreement": "top-1 {} of fp32",
    "top1": "top-1 {}",
    "top5": "top-5 {}",
    "cosine": "cosine {}",
}


def brief(text: str, most: int) -> str:
    """Return at most `most` characters, cut between words where there is a gap."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    return (head.rpartition(" ")[0] or head) + "\N{HORIZONTAL ELLIPSIS}"


def spread(value: Estimate) -> str:
    """Return the interval as `0.4%` of the value; nothing without an interval."""
    half = value.half_log
    return "" if half is None else percent_short(half)


def percent_short(share: float) -> str:
    """Return two significant digits: `0.04%`, `0.4%`, `12%`."""
    points = abs(share) * 100
    digits = 0 if points >= 9.95 else 1 if points >= 0.095 or points == 0 else 2
    return percent(share, digits).replace(".0%", "%")


def latency(m: Measurement) -> str:
    """Return p25 as `7.62 ms`."""
    return duration_ns(m.latency_ns.p25) if m.latency_ns else ""


def plus_minus(m: Measurement) -> str:
    """Return the half-width of the latency's interval, `0.4%`."""
    return spread(estimate(m.latency_ns)) if m.latency_ns else ""


def ops(per_s: float) -> str:
    """Return `412 Gop/s`."""
    return si(per_s, "op/s")


def start(found: Startup | None) -> int | None:
    """Return nanoseconds from nothing to the first answer; None where a part was not told."""
    if found is None or found.load is None or found.first is None:
        return None
    return found.load + found.first


def cores(m: Measurement) -> str:
    """Return where it ran: `1@big`, `1 core`, `4@all`."""
    cluster = m.cores.cluster
    if "@" in cluster:
        return cluster
    if cluster.isdigit():
        return "1 core" if cluster == "1" else f"{cluster} cores"
    return f"{m.threads}@{cluster}"


def engine(m: Measurement) -> str:
    """Return `native/dotprod cpu`."""
    variant = f"/{m.variant}" if m.variant and m.runtime == "native" else ""
    return f"{m.runtime}{variant} {m.device}"


def accuracy(found: Accuracy) -> str:
    """Return `top-1 94% of fp32, SQNR 21.3 dB`; tenths where a thousand inputs or more speak."""
    if found.metric == "sqnr":
        return f"SQNR {found.value:.1f} dB"
    if found.metric == "max_abs":
        return f"largest difference {found.value:.3g}"
    form = _METRICS.get(found.metric, f"{found.metric} {{}}")
    share = percent(found.value, 1) if found.n >= 1000 else percent_short(found.value)
    words = form.format(f"{found.value:.4f}" if found.metric == "cosine" else share)
    return words if found.sqnr_db is None else f"{words}, SQNR {found.sqnr_db:.1f} dB"


def worth(m: Measurement) -> str:
    """Return what the output is worth: `label espresso (967), top-1 94% of fp32`.

    Where no label is known, the detail says what the input is: `input: seeded noise`.
    """
    label = m.check.detail if m.check and m.check.passed and m.kind == "network" else None
    found = []
    if label:
        found.append(label if label.startswith("input: ") else f"label {label}")
    found += [accuracy(m.accuracy)] if m.accuracy else []
    return ", ".join(found)


NOT_ASKED = "no energy window was asked for"


def no_sensor(said: str) -> str:
    """Return what was looked at for a sensor behind the words `no sensor`, which stand once."""
    return said if said.startswith(("no power sensor", "no sensor")) else f"no sensor: {said}"


def joules(value: float) -> str:
    """Return `2.10 mJ`."""
    return si(value, "J")


def energy(found: Energy) -> str:
    """Return gross joules per inference with scope and uncertainty: `2.1 mJ (rails +-4%)`."""
    each = si(found.energy_j / found.inferences, "J", 2)
    return f"{each} ({found.scope} +-{percent_short(found.u_j / found.energy_j)})"


def gigahertz(hz: float) -> str:
    """Return `2.40 GHz`."""
    return si(hz, "Hz")
