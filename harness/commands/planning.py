"""From words to a plan: suite and boards on one side, what this version can do on the other."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from harness.commands.console import note
from harness.errors import UnknownBoardError
from harness.records.external import OWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from harness.networks.own import OwnNetwork
    from harness.networks.preparing.prepared import Prepared
    from harness.records.board import BoardEntry, BoardFacts
    from harness.records.external import External
    from harness.records.item import Item, Plan, Planned, Work
    from harness.suite.catalogue import Catalogue
    from harness.suite.suite import Suite


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A suite, the inventory entries it (or `-b`) selects, and the file that holds them."""

    suite: Suite
    entries: tuple[BoardEntry, ...]
    inventory: Path | None = None
    networks: Mapping[str, OwnNetwork] = field(default_factory=dict)  # the user's own files

    @property
    def externals(self) -> dict[str, External]:
        """The user's own programs by name, of all chosen boards."""
        return {name: one for e in self.entries for name, one in e.externals.items()}


def select(words: str, boards: Sequence[str]) -> Chosen:
    """Return the suite that `words` names and its boards; `boards` (from `-b`) wins."""
    from harness.boards.inventory import load_inventory
    from harness.commands.own_networks import take_in
    from harness.suite.load import find, load
    from harness.suite.select import select as select_boards

    path = find(words)
    suite, networks = take_in(load(path), path.parent)
    for name, network in networks.items():
        if network.unread is not None:
            note(f"{name} runs only where ONNX is loaded as it is: {network.unread.what}")
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
    return Chosen(suite=suite, entries=entries, inventory=inventory.path, networks=networks)


def settle_networks(chosen: Chosen, *, profile: str | None, keyword: str | None) -> None:
    """Say what is wrong with plan and files before any board is asked, and fetch trained weights.

    Weights are settled first: they are part of an item's identity.
    """
    from harness.suite.plan import check

    known = catalogue(chosen.externals, chosen.networks)
    require_files(chosen)
    check(chosen.suite, known, profile=profile or "", keyword=keyword or "")
    for network in chosen.networks.values():
        network.require_inputs()
    settle_weights([n for block in chosen.suite.blocks for n in getattr(block, "networks", ())])


def settle_again(plan: Plan, items: Iterable[Planned]) -> None:
    """Do the same for items of a stored plan: files of the user's must be what they were."""
    from harness.commands.own_networks import of_plan

    names = [one.item.workload for one in items if one.item.kind == "network"]
    of_plan(plan, names)
    settle_weights(names)


def settle_weights(networks: Sequence[str]) -> None:
    """Fetch trained weights where they are to be had, and say where they are not."""
    from harness.networks.zoo.registry import settle

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
    layers: bool = False,
) -> Plan:
    """Return the plan of the chosen suite on boards that answered."""
    from harness.commands.own_networks import files_of
    from harness.suite.plan import plan

    made = plan(
        chosen.suite,
        boards,
        catalogue(chosen.externals, chosen.networks),
        profile=profile or "",
        keyword=keyword or "",
        seed=secrets.randbits(31),
        unreached=unreached,
        layers=layers,
    )
    if layers and not any(p.item.layers for p in made.items):
        note("--layers: no network of this plan is carried out by our own runner (native)")
    used = (planned.item.workload for planned in made.items)
    return replace(made, networks=files_of(chosen.networks, used))


def catalogue(
    externals: Mapping[str, External] | None = None,
    own: Mapping[str, OwnNetwork] | None = None,
) -> Catalogue:
    """Return what can be measured: kernels, networks and runtimes here, and what is the user's."""
    from harness.commands.own_networks import running
    from harness.networks.zoo.registry import NETWORKS
    from harness.runtimes import external, native
    from harness.runtimes.registry import RUNTIMES
    from harness.suite.catalogue import Catalogue, NetworkInfo, RuntimeInfo

    programs, files = externals or {}, own or {}
    networks = {
        name: NetworkInfo(
            runtimes={
                scheme: tuple(_running(name, scheme, forms, programs))
                for scheme, forms in network.schemes.items()
            },
            shape=network.shape,
            weights=network.weights_at_hand(),
        )
        for name, network in {**NETWORKS, **files}.items()
    }
    for name, network in files.items():
        info = networks[name]
        able = {scheme: running(network, names) for scheme, names in info.runtimes.items()}
        networks[name] = replace(info, runtimes=able)
    runtimes = {
        name: RuntimeInfo(
            devices=dict.fromkeys(runtime.DEVICES, ""),
            listed=runtime.DEVICES,
            threads=runtime.THREADS,
            scenarios=runtime.SCENARIOS,
            inflight=runtime.INFLIGHT,
        )
        for name, runtime in RUNTIMES.items()
        if name != external.NAME  # a program is named, never all of them
    }
    runtimes |= {one.runtime: RuntimeInfo(threads=one.threads) for one in programs.values()}
    return Catalogue(
        kernels=native.KERNELS, networks=networks, runtimes=runtimes, externals=programs
    )


def _running(
    network: str, scheme: str, forms: Sequence[str], programs: Mapping[str, External]
) -> Iterator[str]:
    """Yield what runs a network in these forms; ONNX is the one that the user's programs get."""
    from harness.runtimes import external
    from harness.runtimes.registry import taking

    yield from (name for name in taking(forms, scheme) if name != external.NAME)
    for one in programs.values():
        does = scheme in one.schemes or one.schemes == (OWN,)
        if set(forms) & set(external.FORMS) and one.workload == network and does:
            yield one.runtime


def require_files(chosen: Chosen) -> None:
    """Raise ConfigError when a program that the suite names has a file that cannot be pushed."""
    from harness.runtimes import external

    programs = chosen.externals
    named = {
        word
        for block in chosen.suite.blocks
        for axis in ("externals", "implementations", "runtimes")
        for word in getattr(block, axis, ())
    }
    for name, one in programs.items():
        if name in named or one.runtime in named:
            external.require_files(one)


class Workshop:
    """Makes the orders for boards; a network is built or read once, however many boards want it."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._own: dict[str, OwnNetwork] = {}
        self._networks: dict[tuple[str, str, int, str], Prepared] = {}

    def works(self, planned: Sequence[Planned], facts: BoardFacts) -> list[Work]:
        """Return the orders for one board's items."""
        from harness.runtimes.registry import find

        return [
            find(item.runtime).describe(item, facts, self._files(item), self._plan.protocol)
            for item in (cell.item for cell in planned)
        ]

    def _files(self, item: Item) -> Prepared | None:
        from harness.commands.own_networks import of_plan
        from harness.networks.convert.forms import converted
        from harness.networks.zoo import registry as networks
        from harness.runtimes.registry import find, form_for

        if item.kind != "network":
            return None
        if item.workload in self._plan.networks and item.workload not in self._own:
            self._own |= of_plan(self._plan, [item.workload])
        among = {**networks.NETWORKS, **self._own}
        forms = networks.find(item.workload, item.scheme, among=among).schemes[item.scheme]
        key = item.workload, item.scheme, item.batch, form_for(item.runtime, forms)
        if key not in self._networks:
            self._networks[key] = networks.prepare(*key[:3], form=key[3], among=among)
        ready, other = self._networks[key], find(item.runtime).CONVERTED
        if not other or ready.onnx is None:
            return ready
        return replace(ready, converted=converted(ready.onnx, other))
