"""Suite x boards -> Plan: every cell becomes an item or a skip with its reason; nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import ConfigError
from harness.records.item import Item, Plan, Planned
from harness.records.scenario import long_run
from harness.suite.cells import Cell, Cells, expand
from harness.suite.judge import on_board
from harness.suite.profiles import protocol_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from harness.records.board import BoardFacts
    from harness.suite.catalogue import Catalogue
    from harness.suite.suite import Suite

OUR_RUNNER = "native"
_SHOWN = 8  # labels that an error lists


def check(suite: Suite, registry: Catalogue, *, profile: str = "", keyword: str = "") -> None:
    """Raise the ConfigErrors that `plan` would, as far as no board is needed to find them.

    A keyword that fits only the name of a variant is left to `plan`: boards know their variants.
    """
    protocol_of(suite, profile)
    cells = expand(suite, registry).cells
    if any(cell.implementations != ("best",) for cell in cells):
        return
    _matching([cell.item for cell in cells], keyword)


def plan(
    suite: Suite,
    boards: Sequence[BoardFacts],
    registry: Catalogue,
    *,
    profile: str = "",
    keyword: str = "",
    seed: int = 0,
    unreached: Mapping[str, str] | None = None,
    layers: bool = False,
) -> Plan:
    """Return what will be measured on each board, in suite order.

    `keyword` keeps items whose label contains it; `unreached` maps boards that could not be asked
    to the reason, and every cell stands there as a skip; `layers` asks for the time of each layer
    where the runner carries out a network itself. Raises ConfigError for listed values that
    end in no cell, and when the keyword matches nothing.
    """
    protocol = protocol_of(suite, profile)
    cells = expand(suite, registry)
    items = [p for facts in boards for p in _on(facts, cells, suite, registry)]
    for board, reason in (unreached or {}).items():
        items += [Planned(board=board, item=c.item, skip=reason) for c in _once(cells)]
    matching = _matching([p.item for p in items], keyword)
    kept = tuple(_timed(p, layers=layers) for p in items if p.item.label in matching)
    return Plan(suite=suite.name, protocol=protocol, seed=seed, items=kept, dropped=cells.dropped)


def _timed(planned: Planned, *, layers: bool) -> Planned:
    item = planned.item
    is_ours = item.kind == "network" and item.runtime == OUR_RUNNER
    if not (layers and is_ours) or long_run(item.scenario):
        return planned
    return replace(planned, item=replace(item, layers=True))


def _matching(items: Sequence[Item], keyword: str) -> set[str]:
    """Return the labels that hold the keyword; ConfigError when there are items, but none does."""
    labels = {item.label for item in items}
    found = {label for label in labels if keyword.lower() in label.lower()}
    if labels and not found:
        some = ", ".join(sorted(labels)[:_SHOWN]) + (" ..." if len(labels) > _SHOWN else "")
        raise ConfigError(
            f"no item matches {keyword!r}", where="-k", do=f"items are called: {some}"
        )
    return found


def _once(cells: Cells) -> Iterator[Cell]:
    yield from {cell.item.item_id: cell for cell in cells.cells}.values()


def _on(facts: BoardFacts, cells: Cells, suite: Suite, registry: Catalogue) -> Iterator[Planned]:
    seen: set[str] = set()
    for cell in cells.cells:
        for item, reason in on_board(cell, facts, registry):
            # two blocks may meet in one cell: it is measured once
            if item.item_id not in seen:
                seen.add(item.item_id)
                has = bool(facts.sensors or facts.entry.meters)
                energy = _wants_energy(item, suite) and has
                yield Planned(board=facts.name, item=replace(item, energy=energy), skip=reason)


def _wants_energy(item: Item, suite: Suite) -> bool:
    if suite.energy == "networks":
        # what a workload takes in the long run is half of the question
        return item.kind == "network" or long_run(item.scenario) is not None
    return suite.energy == "all"
