"""Export as a Markdown table, for an issue or a wiki: one row per item, verdict first."""

from __future__ import annotations

from harness.records.measurement import Measurement
from harness.store.reader import StoredRun
from harness.units import duration_ns, percent, rate, si

_HEAD = ("verdict", "board", "workload", "runtime", "latency p25", "inf/s", "energy", "note")


def render(run: StoredRun) -> str:
    """Return a title, one line of facts and the table."""
    facts = run.facts
    lines = [
        f"### {_safe(facts.suite)}",
        "",
        f"`{_safe(facts.command)}` {facts.started} harness {facts.harness} run {facts.run}",
        "",
        f"| {' | '.join(_HEAD)} |",
        f"|{'---|' * len(_HEAD)}",
    ]
    lines += [f"| {' | '.join(_safe(cell) for cell in _row(m))} |" for m in run.measurements]
    return "\n".join(lines) + "\n"


def _row(m: Measurement) -> tuple[str, ...]:
    shape = f" {m.shape}" if m.kind == "kernel" else ""
    # an INVALID number is not shown beside others: it cannot be believed
    shown = m.status in {"OK", "SUSPECT"}
    return (
        m.status.value,
        m.board + (" (emulated)" if m.emulated else ""),
        f"{m.workload} {m.scheme}{shape}",
        f"{m.runtime} {m.device} {m.threads}@{m.cores.cluster}",
        _latency(m) if shown else "",
        rate(m.inferences_per_s) if shown and m.inferences_per_s else "",
        _energy(m) if shown else "",
        "; ".join(f"{r.rule} {r.words}" for r in m.reasons),
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
    found = next((e for e in m.energy if e.status in {"OK", "SUSPECT"}), None)
    if found is None:
        return m.energy_absent or ""
    return f"{si(found.energy_j / found.inferences, 'J')} ({found.scope})"


def _safe(text: str) -> str:
    """Keep a board's words from becoming table cells, markup or a new line."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    for sign in ("\\", "|", "`", "<", "[", "*", "_"):
        plain = plain.replace(sign, f"\\{sign}")
    return plain
