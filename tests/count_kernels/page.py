"""Rows -> docs/COUNTS.md; counts nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.count_kernels.minimum import BITS
from tests.count_kernels.model import CORES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.count_kernels.rows import ModelledRow, Row

HEAD = """\
# Instructions of the kernels, without a board

Written by `make count-kernels`; not edited by hand. Nothing here was timed, and nothing here may
stand in one table with what was.

**counted**: instructions that one whole call executed (packing of A, epilogue and all; weights are
packed beforehand) in the user-mode emulator ({emulator}), divided by its work. A pair of bit planes
is work of its own. On 32-bit Arm an instruction counts even if its condition fails. *vector* is
data processing in vector registers, *times* is the count over the minimum of the instruction set;
how each minimum is got stands at the end. *others* is {others}.

**modelled**: cycles by {model} on the blocks that make 95 % of those instructions, scaled to
all. It assumes that every load hits the first cache, every branch is predicted, and no block
overlaps with the next. The first figure lets nothing wait for anything (reciprocal throughput), the
second is a block that follows itself a hundred times, waits included; ms are those of the second.
Tables: {tables}.

{when}.
"""
COUNTED = (
    *("variant", "shape", "output", "cpu", "counted", "per"),
    *("vector", "load", "store", "branch", "other", "minimum", "times", "others", "goal", "met"),
)


def page(rows: Sequence[Row], *, emulator: str, model: str, others: str, when: str) -> str:
    """Return the page."""
    parts = [
        HEAD.format(emulator=emulator, model=model, others=others, tables=_tables(rows), when=when)
    ]
    for target in dict.fromkeys(row.target for row in rows):
        mine = [row for row in rows if row.target == target]
        parts += [f"## {target}, counted\n", *_counted(mine), ""]
        if any(row.modelled for row in mine):
            parts += [f"## {target}, modelled\n", *_modelled(mine), ""]
    parts += ["## The minima\n", *_minima(rows), ""]
    judged = [row for row, _ in _by_code(rows) if row.met is not None]
    parts.append(f"{sum(1 for row in judged if row.met)} of {len(judged)} goals met.\n")
    return "\n".join(parts)


def _counted(rows: Sequence[Row]) -> Iterator[str]:
    yield "| " + " | ".join(COUNTED) + " |"
    yield "|---" * len(COUNTED) + "|"
    for row, cpus in _by_code(rows):
        kinds = (_figure(value, row) for value in row.mix_per_unit.values())
        cells = (
            row.variant,
            row.shape,
            row.output,
            ", ".join(cpus),
            f"**{_figure(row.per_unit, row)}**",
            row.unit,
            *kinds,
            _figure(row.minimum, row),
            f"{row.times_minimum:.2f}",
            _figure(row.others, row),
            _figure(row.goal, row),
            {True: "yes", False: "**no**", None: ""}[row.met],
        )
        yield "| " + " | ".join(cells) + " |"


def _modelled(rows: Sequence[Row]) -> Iterator[str]:
    names = [f"{core.name}: cycles | ms at {core.ghz} GHz" for core in CORES]
    yield "| variant | shape | output | per | " + " | ".join(names) + " |"
    yield "|---" * (4 + 2 * len(CORES)) + "|"
    for row, _ in _by_code(rows):
        cells = [cell for core in row.modelled for cell in _cells(core, row)]
        yield "| " + " | ".join((row.variant, row.shape, row.output, row.unit, *cells)) + " |"


def _by_code(rows: Sequence[Row]) -> Iterator[tuple[Row, list[str]]]:
    """Yield what executed the same on several CPUs once, with those CPUs."""
    found: dict[tuple[str, str, str, int], list[Row]] = {}
    for row in rows:
        key = (row.variant, row.shape, row.output, row.instructions)
        found.setdefault(key, []).append(row)
    for same in found.values():
        yield same[0], [row.cpu for row in same]


def _cells(core: ModelledRow, row: Row) -> tuple[str, str]:
    if core.absent:
        return core.absent, ""
    low, high = _figure(core.least_cycles_per_unit, row), _figure(core.cycles_per_unit, row)
    return f"{low} .. {high}", f"{core.ms:.3f}"


def _tables(rows: Sequence[Row]) -> str:
    found = {core.core: core.tables for row in rows for core in row.modelled if core.tables}
    words = [f"those of Cortex-{name} are {tables}'s" for name, tables in found.items()]
    return ", ".join(words) or "none, llvm-mca is missing"


def _minima(rows: Sequence[Row]) -> Iterator[str]:
    yield "| target | isa | kernel | minimum | per | how |"
    yield "|---" * 6 + "|"
    seen = set()
    for row in rows:
        name, _, isa = row.variant.partition("__")
        vlen = row.cpu.partition("vlen=")[2]
        kernel = name.split("_")[0] + " " + name.split("_")[2]
        line = (row.target, isa + (f", VLEN {vlen}" if vlen else ""), kernel)
        if line not in seen:
            cells = (*line, _figure(row.minimum, row), row.unit, row.minimum_how)
            yield "| " + " | ".join(cells) + " |"
        seen.add(line)


def _figure(value: float | None, row: Row) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if row.unit == BITS else f"{value:.4f}"
