"""Meters beside a board that is measured for real, on this machine: plugs, programs, other boards."""

from __future__ import annotations

import json
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.records.board import BoardEntry
from harness.records.item import Plan, Planned, Protocol
from harness.records.measurement import Energy, Measurement, PowerTrace, Status
from harness.records.meter import MeterEntry
from harness.runtimes import native
from harness.session import metering
from harness.session.carry_out import carry_out
from harness.session.events import Closed, Event, Failed, Note, Traced
from harness.session.judge import Context
from harness.session.link import Control
from harness.session.order import Session
from harness.session.ready import Ready, make_ready
from harness.transport.registry import open_transport
from tests.helpers import planted
from tests.helpers.sessions import gemm
from tests.power.meters.servers import http_reply, plug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BRIEF = Protocol(
    repetitions_min=1,
    repetitions_max=1,
    samples=3,
    sample_min_ms=1.0,
    warmup_ms=1.0,
    precision=1,
    energy_windows=1,
    energy_window_s=0.5,
    idle_s=0.5,
)
SHELLY = MeterEntry(kind="shelly", target="", period_ms=20, window_s=1.0)
WORDS_OF_NONSENSE = "is no JSON"


def ready_for(entry: BoardEntry) -> Ready:
    return make_ready(entry, open_transport, lambda _: planted.good())


def local(folder: Path, *meters: MeterEntry, **keys: Any) -> BoardEntry:
    return BoardEntry(name="local", dir=str(folder / "board"), meters=meters, **keys)


@dataclass
class Seen:
    """What a session told."""

    events: list[Event] = field(default_factory=list)

    @property
    def row(self) -> Measurement:
        (closed,) = (e for e in self.events if isinstance(e, Closed))
        return closed.measurement

    @property
    def notes(self) -> list[str]:
        return [e.words for e in self.events if isinstance(e, Note)]

    @property
    def traces(self) -> list[PowerTrace]:
        return [t for e in self.events if isinstance(e, Traced) for t in e.traces]

    def energy(self, source: str) -> Energy:
        (found,) = (e for e in self.row.energy if e.source == source)
        return found


def session_on(ready: Ready, protocol: Protocol = BRIEF, **more: Any) -> Session:
    item = gemm(energy=True)
    name = ready.facts.name
    made = Context(
        run="r1",
        plan=Plan(
            suite="t", protocol=protocol, seed=7, items=(Planned(board=name, item=item),)
        ),
        facts=ready.facts,
        environment="env",
        runner_sha256=ready.deployed.sha256,
    )
    works = [native.describe(item, ready.facts, None, protocol)]
    return Session(ready=ready, context=made, works=works, reach=ready_for, **more)


def measure(entry: BoardEntry, protocol: Protocol = BRIEF) -> Seen:
    """Carry out one GEMM with an energy window on this machine."""
    ready = ready_for(entry)
    seen = Seen()
    carry_out(session_on(ready, protocol), Control(), seen.events.append)
    ready.link.close()
    assert not [e for e in seen.events if isinstance(e, Failed)]
    assert seen.row.status in {Status.OK, Status.SUSPECT}, seen.row.reasons
    assert not [t for t in threading.enumerate() if t.name in {"meter", "echoes"}]
    return seen


@contextmanager
def shelly(watts: Callable[[int], float | bytes]) -> Iterator[MeterEntry]:
    """A plug that answers its n-th question with `watts(n)`: a number, or a whole answer."""
    asked = 0

    def answer(_path: str) -> bytes:
        nonlocal asked
        asked += 1
        value = watts(asked)
        return value if isinstance(value, bytes) else http_reply({"apower": value})

    with plug(answer) as url:
        yield replace(SHELLY, target=url)


def test_a_plug_and_the_boards_own_sensor_stand_in_one_row(tmp_path: Path) -> None:
    with shelly(lambda _: 7.5) as meter:
        root = hwmon(tmp_path / "root", 3_000_000)
        seen = measure(local(tmp_path, meter, root=str(root)))
    own, wall = seen.row.energy
    assert (own.source, own.scope) == ("ina226:VIN", "rails")
    assert (wall.source, wall.scope, wall.status) == ("meter:shelly", "wall", Status.OK)
    assert own.active_w == pytest.approx(3.0)
    assert wall.active_w == pytest.approx(7.5)
    assert own.windows_ns == wall.windows_ns
    assert own.inferences == wall.inferences > 0
    (begin, end), seconds = wall.windows_ns[0], wall.energy_j / 7.5
    assert 1.0 <= seconds == pytest.approx((end - begin) / 1e9)
    assert wall.u_j > 2 * 0.03 * wall.energy_j * 0.99  # its gain, k = 2
    assert seen.row.energy_absent is None
    check_traces(seen.traces, "meter:shelly", 7_500_000)
    check_traces(seen.traces, "ina226:VIN", 3_000_000)


def check_traces(traces: list[PowerTrace], sensor: str, raw: int) -> None:
    """The item's window and idle before and after it, on the board's clock."""
    mine = sorted((t for t in traces if t.sensor == sensor), key=lambda t: t.begin_ns)
    assert [bool(t.item) for t in mine] == [False, True, False]
    for trace in mine:
        assert set(trace.raw) == {raw}
        assert trace.t_ns[0] < trace.begin_ns < trace.end_ns < trace.t_ns[-1]
        inside = [t for t in trace.t_ns if trace.begin_ns <= t <= trace.end_ns]
        assert len(inside) >= 10


def hwmon(root: Path, microwatts: int) -> Path:
    device = root / "sys/class/hwmon/hwmon0"
    device.mkdir(parents=True)
    for name, text in {"name": "ina226", "power1_label": "VIN", "power1_input": microwatts}.items():
        (device / name).write_text(f"{text}\n")
    return root


def test_a_program_that_prints_watts(tmp_path: Path) -> None:
    script = "import time\nwhile True: print(time.time(), 4.25, flush=True); time.sleep(.02)"
    (tmp_path / "watts.py").write_text(script)
    entry = MeterEntry(
        kind="command",
        target=f"{sys.executable} {tmp_path / 'watts.py'}",
        period_ms=50,
        window_s=1.0,
        scope="wall",
    )
    found = measure(local(tmp_path, entry)).energy("meter:command")
    assert (found.status, found.scope) == (Status.OK, "wall")
    assert found.active_w == pytest.approx(4.25)


def test_idle_is_told_apart_from_work(tmp_path: Path) -> None:
    """The plug sees what this process sees: it asks whether the runner's child is at work."""
    with shelly(lambda _: 9.0 if at_work(tmp_path) else 5.0) as meter:
        seen = measure(local(tmp_path, replace(meter, gain=0.001, quantum_w=0.001)))
    found = seen.energy("meter:shelly")
    assert found.idle_w == pytest.approx(5.0, abs=0.05)
    assert 8.0 < found.active_w <= 9.0
    assert found.energy_net_j is None or found.u_net_j is not None


def at_work(folder: Path) -> bool:
    here = str(folder).encode()
    for cmdline in __import__("pathlib").Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = cmdline.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"rep" in words[:2] and any(here in word for word in words):
            return True
    return False


def test_a_plug_that_is_pulled_out_in_mid_run_spoils_only_its_own_joules(tmp_path: Path) -> None:
    # enough answers to begin with, and none in the window
    with shelly(lambda n: 5.0 if n < 30 else b"") as meter:
        seen = measure(local(tmp_path, meter))
    found = seen.energy("meter:shelly")
    assert found.status is Status.INVALID
    assert found.reasons[0].rule == "V21"
    assert seen.row.latency_ns is not None


def test_a_plug_that_answers_nonsense_at_times_has_gaps(tmp_path: Path) -> None:
    with shelly(lambda n: http_reply(b"<html>") if n % 3 == 0 else 5.0) as meter:
        found = measure(local(tmp_path, meter)).energy("meter:shelly")
    assert found.status is Status.OK
    assert found.active_w == pytest.approx(5.0)


def test_a_plug_that_is_never_there_is_words(tmp_path: Path) -> None:
    with plug(lambda _: b"") as url:
        pass
    seen = measure(local(tmp_path, replace(SHELLY, target=url)))
    assert seen.row.energy == ()
    assert str(seen.row.energy_absent).startswith("meter:shelly was not read: ")
    assert "no connection" in str(seen.row.energy_absent)
    assert any(words.startswith("meter:shelly is not read: ") for words in seen.notes)


def test_of_two_meters_one_may_be_missing(tmp_path: Path) -> None:
    with shelly(lambda _: 5.0) as meter, shelly(lambda _: 6.0) as second:
        gone = MeterEntry(kind="command", target=str(tmp_path / "no-such-program"))
        seen = measure(local(tmp_path, meter, gone, second))
    assert [(e.source, round(e.active_w, 6)) for e in seen.row.energy] == [
        ("meter:shelly.1", 5.0),
        ("meter:shelly.2", 6.0),
    ]
    assert str(seen.row.energy_absent).startswith("meter:command was not read: ")
