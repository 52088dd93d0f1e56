"""`harness boards`: the inventory; add a board, trust its key, probe it, capture it, clean it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out
from harness.errors import EXIT_INFRA, ConfigError, HostKeyError, worst
from harness.records.board import LOCAL

if TYPE_CHECKING:
    from harness.records.board import BoardEntry, BoardFacts
    from harness.records.meter import MeterEntry
    from harness.transport.trust import Presented

app = typer.Typer(
    help="The boards you have: list, add, trust, probe, capture.", invoke_without_command=True
)


@app.callback()
def boards(
    context: typer.Context,
    clean: bool = typer.Option(False, "--clean", help="Remove our files from all boards."),
) -> None:
    """List the inventory (without a subcommand)."""
    if context.invoked_subcommand is not None:
        return
    from harness.boards.inventory import load_inventory

    inventory = load_inventory(None)
    if clean:
        codes = {_clean(entry) for entry in inventory.entries.values()}
        raise typer.Exit(worst(codes))
    for entry in inventory.entries.values():
        place = entry.host or "this machine"
        words = [*(f"#{tag}" for tag in entry.tags), *(_meter(one) for one in entry.meters)]
        out(f"{entry.name}  {place}  {' '.join(words)}".rstrip())
    note(f"from {inventory.path}" if inventory.path else f"no boards.yaml ({inventory.looked_in})")


def _meter(entry: MeterEntry) -> str:
    label = f" {entry.hwmon}" if entry.hwmon else ""
    return f"meter:[{entry.kind} {entry.target}{label}]"


@app.command("add")
def add(
    name: str = typer.Argument(..., help="What the board shall be called."),
    address: str = typer.Argument(..., help="user@host or host, with :port if not 22."),
    tag: list[str] = typer.Option([], "--tag", help="Tags that suites select by."),
    identity: str | None = typer.Option(None, help="Private key file."),
    yes: bool = typer.Option(False, "--yes", help="Trust the key that is shown, without asking."),
    file: Path | None = typer.Option(None, help="The boards.yaml to write."),
) -> None:
    """Show the board's fingerprint, probe it, and write it into boards.yaml."""
    from harness.boards.inventory import load_inventory
    from harness.boards.write import add_entry, check_new

    entry = _entry(name, address, tuple(tag), identity)
    inventory = load_inventory(file)
    if file is not None:
        inventory = replace(inventory, path=file)
    check_new(inventory, entry)
    _trust(entry, yes=yes)
    _probe(entry)
    out(f"{name} added to {add_entry(inventory, entry)}")


@app.command("trust")
def trust(
    name: str = typer.Argument(..., help="Board of the inventory."),
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
) -> None:
    """Show the old and the new fingerprint of a board, and believe the new one."""
    from harness.commands.reaching import entry_of

    _trust(entry_of(name), yes=yes)


@app.command("probe")
def probe(name: str = typer.Argument("local", help="Board of the inventory.")) -> None:
    """Say what a board is: architecture, CPU features, memory, governor, clocks, sensors."""
    from harness.commands.reaching import entry_of

    _probe(entry_of(name))


@app.command("capture")
def capture(
    name: str = typer.Argument("local", help="Board of the inventory."),
    output: Path | None = typer.Option(None, "-o", "--output", help="Archive to write, .tar.gz."),
) -> None:
    """Record all a probe asks of a board, without anything private, as an archive for tests."""
    from harness.commands.capturing import capture as record
    from harness.commands.reaching import entry_of

    record(entry_of(name), output)


def _entry(name: str, address: str, tags: tuple[str, ...], identity: str | None) -> BoardEntry:
    from harness.config.words import NAME
    from harness.records.board import BoardEntry

    user, _, rest = address.rpartition("@")
    host, port = _host_and_port(rest)
    if not NAME.fullmatch(name) or name == LOCAL:
        words = "letters, digits, . _ - only; `local` is always this machine"
        raise ConfigError(f"{name!r} cannot name a board", do=words)
    if not host or host.startswith("-") or (port and not port.isdigit()):
        raise ConfigError(f"{address!r} is no address", do="write user@host or user@host:port")
    return BoardEntry(
        name=name,
        host=host,
        port=int(port) if port else None,
        user=user or None,
        identity=identity,
        tags=tags,
    )


def _host_and_port(address: str) -> tuple[str, str]:
    """Split `host`, `host:port`, `[v6]:port`; a bare IPv6 address holds more than one colon."""
    if address.startswith("["):
        host, _, rest = address[1:].partition("]")
        return host, rest.removeprefix(":")
    if address.count(":") > 1:
        return address, ""
    host, _, port = address.partition(":")
    return host, port


def _trust(entry: BoardEntry, *, yes: bool) -> None:
    from harness.transport.base import LinkSettings
    from harness.transport.hostkeys import Verdict
    from harness.transport.trust import accept, look

    if entry.host is None:
        raise ConfigError(f"{entry.name} is this machine: it has no host key")
    settings = LinkSettings()
    presented = look(entry, settings)
    _show_keys(presented)
    if presented.verdict is Verdict.KNOWN:
        return
    if not yes and not _agrees():
        raise HostKeyError(
            "the key was not trusted", where=entry.name, do="compare it on the board, then --yes"
        )
    accept(presented, settings)
    note(f"{presented.key_name} is trusted from now on")


def _agrees() -> bool:
    """Ask; nobody there to answer is a no."""
    try:
        return typer.confirm("Trust this key?", default=False, err=True)
    except typer.Abort:
        return False


def _show_keys(presented: Presented) -> None:
    for key in presented.known:
        note(f"{presented.key_name} known:  {key.key_type} {key.fingerprint}")
    note(f"{presented.key_name} shows:  {presented.key.key_type} {presented.key.fingerprint}")


def _probe(entry: BoardEntry) -> None:
    from harness.session.ready import make_ready
    from harness.toolchain.find import runner
    from harness.transport.registry import open_transport

    ready = make_ready(entry, open_transport, runner)
    try:
        for words in _facts_lines(ready.facts):
            out(words)
        out(f"runner    {ready.deployed.runner}")
    finally:
        ready.link.close()


def _facts_lines(facts: BoardFacts) -> list[str]:
    from harness.power.meters.table import meter_ids, traits_of
    from harness.units import si, size_bytes

    hello = facts.hello
    temperatures = ", ".join(f"{k} {v:.0f} C" for k, v in facts.temperatures_c.items())
    range_khz = f"{facts.freq_khz[0]}-{facts.freq_khz[1]} kHz" if facts.freq_khz else "unknown"
    sensors = ", ".join(f"{s.id} ({s.scope})" for s in facts.sensors) or facts.sensor_absent
    label = f"emulated: {facts.emulated}" if facts.emulated else "virtual machine" * hello.vm
    runtimes = ", ".join(facts.runtimes) or "native only"
    modes = ", ".join(mode.name for mode in facts.modes) or "none known"
    barred = f" ({facts.modes_barred})" if facts.modes and facts.modes_barred else ""
    meters = ", ".join(
        f"{source} ({traits_of(entry).scope})"
        for source, entry in zip(meter_ids(facts.entry.meters), facts.entry.meters, strict=True)
    )
    return [
        f"board     {facts.name}  {facts.model}  ({facts.family}) {label}".rstrip(),
        f"system    {facts.os}, kernel {hello.kernel_release}, {hello.machine}",
        f"cpu       {hello.cpu_model}, {hello.cores} cores, {si(hello.clock_hz, 'Hz')} measured",
        f"features  {', '.join(hello.features) or 'none beyond the base'}",
        f"memory    {size_bytes(hello.memory_bytes)}",
        f"clock     {hello.clock_source}, step {hello.clock_step_ns} ns",
        f"governor  {facts.governor or 'unknown'}, range {range_khz}",
        f"modes     {modes}{barred}",
        f"heat      {temperatures or 'unknown'}",
        f"sensors   {sensors}",
        f"meters    {meters or 'none'}",
        f"runtimes  {runtimes}",
    ]


def _clean(entry: BoardEntry) -> int:
    """Remove what runs left on one board; returns the exit code that says how it went."""
    from harness.boards.provision import remove
    from harness.errors import HarnessError
    from harness.session.ready import make_ready
    from harness.toolchain.find import runner
    from harness.transport.registry import open_transport

    try:
        ready = make_ready(entry, open_transport, runner)
    except HarnessError as error:
        note(f"{entry.name}: {error}")
        return error.exit_code
    try:
        for name in remove(ready.transport, ready.deployed.directory):
            out(f"{entry.name}: runtime {name} removed")
        argv = [ready.deployed.runner, "clean", "--dir", ready.deployed.directory, "--all"]
        done = ready.transport.run(argv)
    finally:
        ready.link.close()
    words = done.stderr.decode(errors="replace").strip().removeprefix("runner: ")
    out(f"{entry.name}: {words or 'clean'}")
    return EXIT_INFRA if done.status is None else done.status
