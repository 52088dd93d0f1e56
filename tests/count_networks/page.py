"""Counts of layers as tables at the end of docs/COUNTS.md; measures nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.count_networks.count import Counted

HEADING = "## Networks, layer by layer\n"
_LEAD = """\
`make count-networks`: instructions that one inference on one thread executed in the emulator, each
layer with its finish, gathering and packing of inputs. Instructions are no cycles, and say nothing
about memory.
"""
_HEAD = "| layer | scheme | kernel | MACs | instructions | per MAC |\n|---|---|---|---|---|---|"


def tail(page: str) -> str:
    """Return what stands there of networks, which counts of kernels leave alone."""
    _, heading, rest = page.partition(HEADING)
    return heading + rest


def keep(page: str, tables: Sequence[str]) -> str:
    """Return the page with these tables in place of those it had."""
    body = page.partition(HEADING)[0].rstrip("\n")
    return "\n\n".join((body, f"{HEADING}\n{_LEAD.rstrip()}", *tables)) + "\n"


def table(title: str, rows: Sequence[Counted]) -> str:
    """Return one network on one CPU, its sum last."""
    macs, whole = sum(r.macs for r in rows), sum(r.instructions for r in rows)
    lines = [_line(r.name, r.scheme, r.variant, r.macs, r.instructions) for r in rows]
    return "\n".join((f"### {title}\n", _HEAD, *lines, _line("all", "", "", macs, whole)))


def _line(name: str, scheme: str, variant: str, macs: int, instructions: int) -> str:
    each = f"{instructions / macs:.4f}" if macs else ""
    cells = (name, scheme, variant, f"{macs:,}" if macs else "", f"{instructions:,}", each)
    return f"| {' | '.join(cells)} |"
