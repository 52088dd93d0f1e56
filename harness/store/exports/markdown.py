"""Export as a Markdown table, for an issue or a wiki: one row per item, verdict first."""

from __future__ import annotations

from harness.records.measurement import Measurement, is_unchecked
from harness.records.rules import is_believed, spoken
from harness.store.reader import StoredRun
from harness.units import duration_ns, harmless, percent, rate, si

_HEAD = ("verdict", "board", "workload", "runtime", "latency p25", "inf/s", "energy", "note")
# "!" and "#" only count before "[" and at the start of a line; "$" begins a formula on some sites
_MARKUP = frozenset("\\|`<>&[]*_~$")


def render(run: StoredRun) -> str:
    """Return a title, one line of facts and the table."""
    facts = run.facts
    said = f"{facts.started} harness {facts.harness} run {facts.run}"
    lines = [
        f"### {_safe(facts.suite)}",
        "",
        f"`{_code(facts.command)}` {_safe(said)}",
        "",
        f"| {' | '.join(_HEAD)} |",
        f"|{'---|' * len(_HEAD)}",
    ]
    lines += [f"| {' | '.join(_safe(cell) for cell in _row(m))} |" for m in run.measurements]
    return "\n".join(lines) + "\n"


def _row(m: Measurement) -> tuple[str, ...]:
    shape = f" {m.shape}" if m.kind == "kernel" else ""
    # an INVALID number is not shown beside others: it cannot be believed
    shown = is_believed(m.status)
    # their speed is true, their output predicts nothing: said in every row
    unchecked = ", unchecked" if is_unchecked(m) else ""
    seeded = ", seeded weights" if m.weights == "seeded" else ""
    return (
        m.status.value,
        m.board + (" (emulated)" if m.emulated else ""),
        f"{m.workload} {m.scheme}{shape}{seeded}{unchecked}",
        f"{m.runtime} {m.device} {m.threads}@{m.cores.cluster}",
        _latency(m) if shown else "",
        rate(m.inferences_per_s) if shown and m.inferences_per_s else "",
        _energy(m) if shown else "",
        "; ".join(spoken(r) for r in m.reasons),
    )


def _latency(m: Measurement) -> str:
    if m.latency_ns is None:
        return ""
    text = duration_ns(m.latency_ns.p25)
    interval = m.latency_ns.ci95
    if interval is None:
        return text
    return f"{text} +-{percent((interval.high - interval.low) / 2 / m.latency_ns.p25)}"


def _energy(m: Measurement) -> str:
    first: dict[str, str] = {}  # of each scope: totals come before single rails
    for e in m.energy:
        if is_believed(e.status) and e.inferences:
            first.setdefault(e.scope, f"{si(e.energy_j / e.inferences, 'J')} ({e.scope})")
    return ", ".join(first.values()) or m.energy_absent or ""


def _code(text: str) -> str:
    """Keep words inside their backticks, where a backslash would be shown as it is."""
    return harmless(text).replace("`", "'")


def _safe(text: str) -> str:
    """Keep a board's words from becoming table cells, markup or a new line."""
    return "".join(f"\\{sign}" if sign in _MARKUP else sign for sign in harmless(text))
