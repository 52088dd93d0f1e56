"""From words to a plan: suite and boards on one side, what this version can do on the other."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.commands.console import note
from harness.errors import UnknownBoardError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from harness.networks.prepared import Prepared
    from harness.records.board import BoardEntry, BoardFacts
    from harness.records.item import Item, Plan, Planned, Work
    from harness.suite.catalogue import Catalogue
    from harness.suite.suite import Suite


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A suite, the inventory entries it (or `-b`) selects, and the file that holds them."""

    suite: Suite
    entries: tuple[BoardEntry, ...]
    inventory: Path | None = None


def select(words: str, boards: Sequence[str]) -> Chosen:
    """Return the suite that `words` names and its boards; `boards` (from `-b`) wins."""
    from harness.boards.inventory import load_inventory
    from harness.suite.load import find, load
    from harness.suite.select import select as select_boards

    path = find(words)
    suite = load(path)
    inventory = load_inventory(None if words.startswith("@") else path.parent)
    try:
        entries = select_boards(
            list(boards) or suite.boards, inventory.entries, looked_in=inventory.looked_in
        )
    except UnknownBoardError as error:
        # `boards add` alone would write another file than the one this suite reads
        if inventory.path is not None and inventory.path != load_inventory(None).path:
            error.do += f" --file {inventory.path}"
        raise
    return Chosen(suite=suite, entries=entries, inventory=inventory.path)


def settle_networks(chosen: Chosen, *, profile: str | None, keyword: str | None) -> None:
    """Say what is wrong with the plan before any board is asked, and fetch trained weights.

    Weights are settled first: they are part of an item's identity.
    """
    from harness.suite.plan import check

    check(chosen.suite, catalogue(), profile=profile or "", keyword=keyword or "")
    settle_weights([n for block in chosen.suite.blocks for n in getattr(block, "networks", ())])


def settle_weights(networks: Sequence[str]) -> None:
    """Fetch trained weights where they are to be had, and say where they are not."""
    from harness.networks.registry import settle

    for name, why in settle(networks, say=note).items():
        if why:
            note(f"{name}: seeded weights: {why}")


def make_plan(
    chosen: Chosen,
    boards: Sequence[BoardFacts],
    *,
    keyword: str | None,
    profile: str | None,
    unreached: Mapping[str, str] | None = None,
) -> Plan:
    """Return the plan of the chosen suite on boards that answered."""
    from harness.suite.plan import plan

    return plan(
        chosen.suite,
        boards,
        catalogue(),
        profile=profile or "",
        keyword=keyword or "",
        seed=secrets.randbits(31),
        unreached=unreached,
    )


def catalogue() -> Catalogue:
    """Return what this version can measure: kernels, networks, runtimes."""
    from harness.networks.registry import NETWORKS
    from harness.runtimes import native
    from harness.runtimes.registry import RUNTIMES, taking
    from harness.suite.catalogue import Catalogue, NetworkInfo, RuntimeInfo

    networks = {
        name: NetworkInfo(
            runtimes={scheme: taking(forms) for scheme, forms in network.schemes.items()},
            shape=network.shape,
            weights=network.weights_at_hand(),
        )
        for name, network in NETWORKS.items()
    }
    runtimes = {
        name: RuntimeInfo(devices=dict.fromkeys(runtime.DEVICES, ""), threads=runtime.THREADS)
        for name, runtime in RUNTIMES.items()
    }
    return Catalogue(kernels=native.KERNELS, networks=networks, runtimes=runtimes)


class Workshop:
    """Makes the orders for boards; a network is built or read once, however many boards want it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._networks: dict[tuple[str, str, int, str], Prepared] = {}

    def works(self, planned: Sequence[Planned], facts: BoardFacts) -> list[Work]:
        """Return the orders for one board's items."""
        from harness.runtimes.registry import find

        return [
            find(item.runtime).describe(item, facts, self._files(item), self._plan.protocol)
            for item in (cell.item for cell in planned)
        ]

    def _files(self, item: Item) -> Prepared | None:
        from harness.networks.registry import find, prepare
        from harness.runtimes.registry import form_for

        if item.kind != "network":
            return None
        forms = find(item.workload, item.scheme).schemes[item.scheme]
        key = item.workload, item.scheme, item.batch, form_for(item.runtime, forms)
        if key not in self._networks:
            self._networks[key] = prepare(*key[:3], form=key[3])
        return self._networks[key]
