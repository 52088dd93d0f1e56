"""`harness doctor`: what can be measured on each board, what needs root, what is wrong, the fix."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.boards.finding import Examined, Finding
    from harness.errors import HarnessError
    from harness.records.board import BoardEntry
    from harness.transport.base import Transport

# somebody waits at the terminal: a board that is silent for so long is said not to answer
_PATIENCE_S = 3.0
_AT_ONCE = 8  # sshd's MaxStartups refuses a crowd


def doctor(
    board: str | None = typer.Argument(None, help="Board of the inventory; default: all, briefly."),
) -> None:
    """Say of boards what can be measured, what needs root, what is wrong, and the fix.

    Exit code: 1 when something is wrong, 5 when a board cannot be reached, else 0.
    """
    from harness.boards.doctor import findings, worst
    from harness.boards.finding import Level
    from harness.errors import EXIT_FINDING, EXIT_INFRA, EXIT_OK
    from harness.errors import worst as worst_code

    codes = set()
    for seen in _examine_all(_entries(board)):
        found = findings(seen)
        for line in _lines(seen, found, brief=board is None):
            out(line)
        if not seen.reached:
            codes.add(EXIT_INFRA)
        elif worst(found) is Level.PROBLEM:
            codes.add(EXIT_FINDING)
    if board is None:
        note("more of one board, and the fix of each note: harness doctor BOARD")
    raise typer.Exit(worst_code(codes) if codes else EXIT_OK)


def _entries(board: str | None) -> list[BoardEntry]:
    from harness.boards.inventory import load_inventory
    from harness.commands.reaching import entry_of

    if board is not None:
        return [entry_of(board)]
    return list(load_inventory(None).entries.values())


def _examine_all(entries: Sequence[BoardEntry]) -> Iterator[Examined]:
    """Yield what was seen of each board in the inventory's order, as soon as it is there."""
    pool = ThreadPoolExecutor(max_workers=max(1, min(_AT_ONCE, len(entries))))
    try:
        yield from pool.map(_examine, entries)
    finally:
        # Ctrl-C does not wait for boards that do not answer
        pool.shutdown(wait=False, cancel_futures=True)


def _examine(entry: BoardEntry) -> Examined:
    """Ask one board as much as it answers; what stops that becomes part of the picture."""
    from harness.boards.finding import Examined
    from harness.errors import HarnessError
    from harness.transport.base import LinkSettings
    from harness.transport.registry import open_transport

    seen = Examined(entry=entry, meters=_watts(entry))
    try:
        transport = open_transport(entry, LinkSettings(connect_timeout_s=_PATIENCE_S))
    except HarnessError as error:
        return replace(seen, reached=False, error=error.what, fix=error.do)
    try:
        return _ask(transport, seen)
    finally:
        transport.close()


def _watts(entry: BoardEntry) -> dict[str, float | HarnessError]:
    """Ask each meter beside a board once, whether the board answers or not."""
    from harness.commands.reaching import reach_entry
    from harness.errors import HarnessError
    from harness.power.meters.table import meter_ids
    from harness.session.sensing import first_watts

    said: dict[str, float | HarnessError] = {}
    for source, meter in zip(meter_ids(entry.meters), entry.meters, strict=True):
        try:
            said[source] = first_watts(meter, reach_entry)
        except HarnessError as error:
            said[source] = error
    return said


def _ask(transport: Transport, seen: Examined) -> Examined:
    from harness.boards.facts import facts
    from harness.boards.hello import parse_hello
    from harness.boards.place import look
    from harness.boards.probe import probe
    from harness.boards.target import target_of
    from harness.errors import HarnessError, LinkError
    from harness.power.discover import discover
    from harness.session.deploy import deploy
    from harness.toolchain.find import runner

    entry = seen.entry
    try:
        probed = probe(transport, entry)
        seen = replace(seen, probe=probed)
        binary = runner(target_of(probed), progress=note)
        deployed = deploy(transport, entry, binary.path, binary.sha256)
        sensors, absent = discover(probed)
        known = facts(entry, probed, parse_hello(deployed.hello), sensors, absent)
        place = look(transport, deployed.directory, deployed.lease)
    except LinkError as error:
        return replace(seen, reached=False, error=error.what, fix=error.do)
    except HarnessError as error:
        return replace(seen, error=error.what, fix=error.do)
    return _with_abilities(replace(seen, facts=known, place=place))


def _with_abilities(seen: Examined) -> Examined:
    from harness.commands.planning import catalogue
    from harness.runtimes.registry import RUNTIMES

    if seen.facts is None:
        return seen
    networks = {
        f"{name} {scheme}": names
        for name, network in catalogue().networks.items()
        for scheme, names in network.runtimes.items()
    }
    absent = {name: runtime.available(seen.facts) for name, runtime in RUNTIMES.items()}
    return replace(seen, runtimes=absent, networks=networks)


def _lines(seen: Examined, found: Sequence[Finding], *, brief: bool) -> Iterator[str]:
    """Yield a board's lines; `brief` joins what is well and keeps fixes for problems."""
    from harness.boards.finding import Level

    yield _head(seen)
    shown = [f for f in found if not (brief and f.level is Level.OK)]
    if brief:
        well = dict.fromkeys(f.topic for f in found if f.level is Level.OK)
        if well:
            yield f"  {'ok':8} {', '.join(well)}"
        # what can be measured is what one came for, however brief
        topics = ("kernels", "sensors", "meters")
        for finding in found:
            if finding.level is Level.OK and finding.topic in topics:
                yield f"  {'':8} {finding.words}"
    for finding in shown:
        yield f"  {finding.level:8} {finding.topic}: {finding.words}"
        if finding.fix and not (brief and finding.level is Level.NOTE):
            yield f"  {'':8}   fix: {finding.fix}"


def _head(seen: Examined) -> str:
    if seen.facts is None:
        return seen.entry.name
    hello = seen.facts.hello
    cores = f"{hello.cores} core{'s' * (hello.cores != 1)}"
    system = f"{seen.facts.os}, kernel {hello.kernel_release}"
    return f"{seen.entry.name}  {seen.facts.model} ({seen.facts.family}), {cores}, {system}"
