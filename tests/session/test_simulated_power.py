"""From simulated chips under a board's /sys, over SSH, to joules: truth lies within what is stated.

One run reads many rails at once, each with a gain, a zero, noise and a wandering idle of its own:
as many trials. Emulated boards have wrong times, but the clock of this machine.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from statistics import NormalDist
from typing import TYPE_CHECKING

import pytest

from harness.records.item import Protocol
from harness.records.measurement import Energy, Measurement, Status
from harness.records.meter import MeterEntry
from harness.session.carry_out import carry_out
from harness.session.events import Closed, Event, Failed
from harness.session.link import Control
from harness.session.ready import make_ready
from harness.toolchain.build import build
from harness.transport.registry import open_transport
from tests.helpers.sessions import real_session
from tests.power.meters.servers import http_reply, plug
from tests.power.sim.live import FOLDER, LiveRails, Truth, sensors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.records.board import SensorFile
    from tests.helpers.virtual import VirtualBoard

RAILS = 200
PROTOCOL = Protocol(
    repetitions_min=1,
    repetitions_max=1,
    samples=3,
    sample_min_ms=1.0,
    warmup_ms=10.0,
    precision=1,
    energy_windows=3,
    energy_window_s=3.5,
    idle_s=4.0,
)


def measured(
    board: VirtualBoard,
    protocol: Protocol,
    sensors: tuple[SensorFile, ...] = (),
    meters: tuple[MeterEntry, ...] = (),
) -> Measurement:
    """Run one GEMM with energy on the board, with these sensors and with these meters beside it."""
    server = board.server
    ready = make_ready(
        replace(server.entry(), meters=meters),
        lambda entry: open_transport(entry, server.settings()),
        lambda target: build(target=target),
    )
    ready = replace(ready, facts=replace(ready.facts, sensors=sensors))
    session = real_session(ready, protocol, "w1a1")
    works = [replace(w, item=replace(w.item, energy=True)) for w in session.works]
    planned = tuple(
        replace(p, item=w.item) for p, w in zip(session.context.plan.items, works, strict=True)
    )
    plan = replace(session.context.plan, items=planned)
    session = replace(session, works=works, context=replace(session.context, plan=plan))
    events: list[Event] = []
    carry_out(session, Control(), events.append)
    ready.link.close()
    assert not [e for e in events if isinstance(e, Failed)]
    (row,) = [e.measurement for e in events if isinstance(e, Closed)]
    return row


def covered(energies: Sequence[Energy], truths: Sequence[Truth]) -> tuple[int, int]:
    pairs = list(zip(energies, truths, strict=True))
    gross = sum(abs(e.energy_j - t.gross_j) <= e.u_j for e, t in pairs)
    net = sum(
        abs(e.energy_net_j - t.net_j) <= e.u_net_j
        for e, t in pairs
        if e.energy_net_j is not None and e.u_net_j is not None
    )
    return gross, net


@pytest.mark.qemu
def test_two_hundred_rails_over_ssh(
    tmp_path: Path, virtual_board: Callable[[str], VirtualBoard]
) -> None:
    board = virtual_board("arm64")
    pid, place = board.server.pid, board.outside(FOLDER)
    with LiveRails(tmp_path, place, pid, rails=RAILS, seed=1) as live:
        row = measured(board, PROTOCOL, sensors(RAILS))
        assert row.energy, row.energy_absent
        windows = {e.windows_ns for e in row.energy}
        assert len(windows) == 1
        truths = live.truth(windows.pop())
    assert len(row.energy) == RAILS
    assert {e.status for e in row.energy} <= {Status.OK, Status.SUSPECT}
    assert min(t.net_j for t in truths) > 0, "the simulator saw no repetition"
    gross, net = covered(row.energy, truths)
    assert gross >= 182
    assert net >= 182


PLUGS = 12
LOSS_W, EFFICIENCY = 0.6, 0.86
WAIT_NS, MEAN_NS = 100_000_000, 200_000_000


class Plugs:
    """Plugs at the wall, one a rail: each with a gain, an age of its values and tenths of watts."""

    def __init__(self, live: LiveRails) -> None:
        self._live = live
        self._lock = threading.Lock()
        normal = NormalDist(1.0, 0.03)
        self.gains = [normal.inv_cdf((n + 0.5) / PLUGS) for n in range(PLUGS)]

    def answer(self, path: str) -> bytes:
        """Answer as a Shelly of the second generation does."""
        n = int(path.rpartition("id=")[2])
        # renewed every 200 ms, and so much older than that: a second at most
        now_ns = time.monotonic_ns() - WAIT_NS - n * 60_000_000
        made_ns = now_ns - now_ns % MEAN_NS
        with self._lock:
            drawn_j = self._live.truth([(made_ns - MEAN_NS, made_ns)])[n].gross_j
        watts = self.gains[n] * (LOSS_W + drawn_j / MEAN_NS * 1e9 / EFFICIENCY)
        return http_reply({"apower": round(watts, 1)})


@pytest.mark.slow
@pytest.mark.qemu
def test_plugs_over_http_beside_a_board_over_ssh(
    tmp_path: Path, virtual_board: Callable[[str], VirtualBoard]
) -> None:
    board = virtual_board("arm64")
    pid, place = board.server.pid, board.outside(FOLDER)
    once = replace(PROTOCOL, energy_windows=1)
    with LiveRails(tmp_path, place, pid, rails=PLUGS, seed=2) as live:
        time.sleep(3)
        with plug(Plugs(live).answer) as url:
            meters = tuple(
                MeterEntry(kind="shelly", target=url, channel=n, period_ms=1000)
                for n in range(PLUGS)
            )
            row = measured(board, once, meters=meters)
        assert len(row.energy) == PLUGS, row.energy_absent
        ((begin_ns, end_ns),) = row.energy[0].windows_ns
        seconds = (end_ns - begin_ns) / 1e9
        truths = [
            Truth(gross_j=LOSS_W * seconds + t.gross_j / EFFICIENCY, net_j=t.net_j / EFFICIENCY)
            for t in live.truth([(begin_ns, end_ns)])
        ]
    assert seconds >= 60
    assert {e.scope for e in row.energy} == {"wall"}
    gross, net = covered(row.energy, truths)
    assert gross >= PLUGS - 1
    assert net >= PLUGS - 1
