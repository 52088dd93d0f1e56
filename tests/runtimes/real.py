"""Networks carried out for real on this machine, by the runner and the Python runtimes."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from harness.records.board import BoardEntry
from harness.records.item import Item, Plan, Planned, Protocol
from harness.runtimes.registry import find
from harness.session.carry_out import carry_out
from harness.session.events import Closed, Event
from harness.session.judge import Context
from harness.session.link import Control
from harness.session.order import Session
from harness.session.ready import make_ready
from harness.transport.registry import open_transport
from tests.helpers import planted
from tests.helpers.pythons import INSTALLED, runtimes_python

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.networks.preparing.prepared import Prepared
    from harness.records.measurement import Measurement

BRIEF = Protocol(
    repetitions_min=1, repetitions_max=1, samples=3, sample_min_ms=1.0, warmup_ms=1.0, precision=1
)


def item_of(network: Prepared, runtime: str, **changes: object) -> Item:
    """An item of this network on the CPU."""
    words = {"scheme": network.scheme, "weights": network.weights, "runtime": runtime, **changes}
    return Item(kind="network", workload=network.name, shape="3x224x224", **words)  # type: ignore[arg-type]


def measured(folder: Path, cells: Sequence[tuple[Item, Prepared]]) -> list[Measurement]:
    """Carry the items out in one session; a row each, in their order."""
    places = dict.fromkeys(INSTALLED, runtimes_python())
    entry = BoardEntry(
        name="local",
        dir=str(folder / "board"),
        runtimes={**places, "onnxruntime": sys.executable},
    )
    binary = planted.good()
    ready = make_ready(entry, open_transport, lambda _: binary)
    planned = tuple(Planned(board="local", item=item) for item, _ in cells)
    plan = Plan(suite="t", protocol=BRIEF, seed=7, items=planned)
    context = Context(
        run="r1", plan=plan, facts=ready.facts, environment="env", runner_sha256=binary.sha256
    )
    works = [find(i.runtime).describe(i, ready.facts, network, BRIEF) for i, network in cells]
    events: list[Event] = []
    carry_out(Session(ready=ready, context=context, works=works), Control(), events.append)
    ready.link.close()
    rows = {e.measurement.item: e.measurement for e in events if isinstance(e, Closed)}
    return [rows[item.item_id] for item, _ in cells]
