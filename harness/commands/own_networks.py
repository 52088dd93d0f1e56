"""One's own network files: from the words of a suite to networks, and back from a stored plan.

A suite names a file beside it; from then on the network is called after its content, so that a
plan that is taken up again finds out when the file is another.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ConfigError, NetworkError
from harness.suite.suite import NetworkBlock

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from harness.networks.own import OwnNetwork
    from harness.records.item import Plan
    from harness.suite.suite import Block, Suite


def is_file(word: str) -> bool:
    """Say whether a word of a suite means a file: names have no slash."""
    return "/" in word


def take_in(suite: Suite, folder: Path) -> tuple[Suite, dict[str, OwnNetwork]]:
    """Return the suite with names in place of files, and what they name.

    Raises ConfigError at the place of the first file that is no network or not in `folder`.
    """
    found: dict[str, OwnNetwork] = {}
    blocks: list[Block] = []
    for number, block in enumerate(suite.blocks):
        if isinstance(block, NetworkBlock):
            names = tuple(
                _named(word, folder, suite.where("matrix", number, "networks", index), found)
                for index, word in enumerate(block.networks)
            )
            blocks.append(replace(block, networks=names))
        else:
            blocks.append(block)
    return replace(suite, blocks=tuple(blocks)), found


def _named(word: str, folder: Path, where: str, found: dict[str, OwnNetwork]) -> str:
    if not is_file(word):
        return word
    path = folder / word
    if not path.resolve().is_relative_to(folder.resolve()):
        words = f"{word!r} leads out of the suite's folder"
        raise ConfigError(words, where=where, do="put the file itself beside the suite")
    try:
        network = opened(path)
    except NetworkError as error:
        place = "" if error.where in {"", str(path)} else f" ({error.where})"
        raise ConfigError(f"{word}{place}: {error.what}", where=where, do=error.do) from None
    found.setdefault(network.name, network)
    return network.name


def opened(path: Path) -> OwnNetwork:
    """Return a file as a network whose schemes are known; NetworkError when it is none."""
    from harness.networks.own import OwnNetwork

    network = OwnNetwork(path)
    _ = network.schemes, network.sidecar
    return network


def files_of(networks: Mapping[str, OwnNetwork], used: Iterable[str]) -> dict[str, str]:
    """Return what a plan keeps of its own networks: name -> file."""
    wanted = set(used)
    return {name: str(one.path.resolve()) for name, one in networks.items() if name in wanted}


def of_plan(plan: Plan, names: Iterable[str] | None = None) -> dict[str, OwnNetwork]:
    """Return the networks of a plan (only `names`) whose files are still what they were."""
    from harness.networks.own import OwnNetwork

    wanted = set(plan.networks if names is None else names)
    found = {}
    for name, place in plan.networks.items():
        if name not in wanted:
            continue
        network = OwnNetwork(Path(place))
        if network.name != name:
            raise ConfigError(
                f"this file is {network.name} now, the run was planned with {name}",
                where=place,
                do="put the file of then back, or begin a new run of its suite",
            )
        found[name] = network
    return found


def running(network: OwnNetwork, names: Sequence[str]) -> tuple[str, ...]:
    """Return those of the runtimes `names` whose own form can be made of the network."""
    from harness.runtimes.registry import find

    return tuple(
        name
        for name in names
        if not find(name).CONVERTED or not fault(network, find(name).CONVERTED)
    )


def fault(network: OwnNetwork, to: str) -> str:
    """Return why a network cannot be converted, "" when it can."""
    from harness.networks.convert.forms import converted

    try:
        file = network.fp32_file()
        if file is None:
            return "it has no fp32 ONNX form"
        converted(file, to)
    except NetworkError as error:
        return f"{error.where}: {error.what}" if error.where else error.what
    return ""
