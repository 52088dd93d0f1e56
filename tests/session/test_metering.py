"""Meters beside a board that is measured for real, here: plugs, programs, another board."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.records.attempts import Begun
from harness.records.board import BoardEntry
from harness.records.item import Plan, Planned, Protocol
from harness.records.measurement import Energy, Measurement, PowerTrace, Status
from harness.records.meter import MeterEntry
from harness.runtimes import native
from harness.session import metering, order
from harness.session.carry_out import carry_out
from harness.session.events import Advanced, Closed, Event, Failed, Note, Traced, Tried
from harness.session.judge import Context
from harness.session.link import Control
from harness.session.order import Session
from harness.session.ready import Ready, make_ready
from harness.transport.registry import open_transport
from tests.helpers import planted, sshd
from tests.helpers.load_sensor import verbs_at_work
from tests.helpers.sessions import gemm
from tests.power.meters.servers import http_reply, plug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BRIEF = Protocol(
    repetitions_min=1,
    repetitions_max=1,
    samples=3,
    sample_min_ms=1.0,
    warmup_ms=1.0,
    precision=1,
    energy_windows=1,
    energy_window_s=0.1,
    idle_s=0.1,
)


@pytest.fixture(autouse=True)
def _no_trial(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take no load step: most meters here show the same all the time, and are to be believed."""
    if "steady" not in request.fixturenames:
        monkeypatch.setattr(order, "step_s", lambda *_: 0.0)
    monkeypatch.setattr(order, "COST_PAIRS", 0)


SHELLY = MeterEntry(kind="shelly", target="", period_ms=20, window_s=0.4)


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
        plan=Plan(suite="t", protocol=protocol, seed=7, items=(Planned(board=name, item=item),)),
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


def program(folder: Path, watts: float) -> MeterEntry:
    """A program of the user's own that says `watts` fifty times a second, on its own clock."""
    script = f"import time\nwhile 1: print(time.time(), {watts}, flush=True); time.sleep(.02)"
    (folder / "watts.py").write_text(script)
    line = f"{sys.executable} {folder / 'watts.py'}"
    return MeterEntry(kind="command", target=line, period_ms=50, window_s=0.4, scope="wall")


def hwmon(root: Path, microwatts: int) -> Path:
    """A board's file system with one INA226."""
    device = root / "sys/class/hwmon/hwmon0"
    device.mkdir(parents=True)
    files = {"name": "ina226", "power1_label": "VIN", "power1_input": microwatts}
    for name, text in files.items():
        (device / name).write_text(f"{text}\n")
    return root


def check_traces(traces: list[PowerTrace], sensor: str, raw: int) -> None:
    """The item's window, idle before and after it, with readings around; on the board's clock."""
    mine = sorted((t for t in traces if t.sensor == sensor), key=lambda t: t.begin_ns)
    assert [bool(t.item) for t in mine] == [False, True, False]
    for trace in mine:
        assert set(trace.raw) == {raw}
        assert trace.t_ns[0] < trace.begin_ns < trace.end_ns < trace.t_ns[-1]
        assert sum(trace.begin_ns <= t <= trace.end_ns for t in trace.t_ns) >= 3


def test_own_sensor_plug_and_program_stand_in_one_row(tmp_path: Path) -> None:
    root = hwmon(tmp_path / "root", 3_000_000)
    with shelly(lambda _: 7.5) as meter:
        seen = measure(local(tmp_path, meter, program(tmp_path, 7.25), root=str(root)))
    own, wall, told = seen.row.energy
    assert (own.source, own.scope) == ("ina226:VIN", "rails")
    assert (wall.source, wall.scope, wall.status) == ("meter:shelly", "wall", Status.OK)
    assert (told.source, told.scope, told.status) == ("meter:command", "wall", Status.OK)
    assert [round(e.active_w, 6) for e in seen.row.energy] == [3.0, 7.5, 7.25]
    assert own.windows_ns == wall.windows_ns == told.windows_ns
    assert own.inferences == wall.inferences > 0
    begin, end = wall.windows_ns[0]
    assert end - begin >= 1_200_000_000  # what ten readings of the own sensor take
    assert wall.energy_j == pytest.approx(7.5 * (end - begin) / 1e9)
    assert wall.u_j >= 2 * 0.03 * wall.energy_j * 0.99  # its gain, k = 2
    assert seen.row.energy_absent is None
    check_traces(seen.traces, "meter:shelly", 7_500_000)
    check_traces(seen.traces, "ina226:VIN", 3_000_000)


def test_what_is_wrong_with_one_meter_is_no_harm_to_another(tmp_path: Path) -> None:
    with plug(lambda _: b"") as url:
        nobody = replace(SHELLY, target=url)
    gone = MeterEntry(kind="command", target=str(tmp_path / "no-such-program"))
    html = http_reply(b"<html>")
    with (
        shelly(lambda _: 5.0) as good,
        shelly(lambda n: html if n % 3 == 0 else 6.0) as babbling,
        shelly(lambda n: 7.0 if n < 20 else b"") as pulled,
    ):
        seen = measure(local(tmp_path, good, nobody, babbling, gone, pulled))
    found = {e.source: e for e in seen.row.energy}
    assert list(found) == ["meter:shelly.1", "meter:shelly.3", "meter:shelly.4"]
    assert found["meter:shelly.1"].status is Status.OK
    assert found["meter:shelly.3"].status is Status.OK
    assert found["meter:shelly.3"].active_w == pytest.approx(6.0)
    assert found["meter:shelly.4"].status is Status.INVALID
    assert {r.rule for r in found["meter:shelly.4"].reasons} == {"V21"}
    words = str(seen.row.energy_absent)
    assert words.startswith("meter:shelly.2 was not read: ")
    assert "no connection" in words
    assert "meter:command was not read: " in words
    reasons = found["meter:shelly.4"].reasons
    assert "the connection ended without an answer" in reasons[-1].words
    assert not any("127.0.0.1" in r.words for r in reasons)
    assert "127.0.0.1" not in words  # an address is for the journal only
    assert [f"{nobody.target}/" in w for w in seen.notes if "is not read" in w] == [True, False]
    assert any(w.startswith("meter:shelly.1: ") and "clocks known to" in w for w in seen.notes)


def at_work(folder: Path) -> bool:
    """Whether a child of the runner in `folder` is measuring."""
    here = str(folder).encode()
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words = place.read_bytes().split(b"\0")
            if b"rep" in words[:2] and any(here in word for word in words):
                return True
    return False


def test_idle_is_told_apart_from_work(tmp_path: Path) -> None:
    with shelly(lambda _: 9.0 if at_work(tmp_path) else 5.0) as meter:
        seen = measure(local(tmp_path, replace(meter, gain=0.001, quantum_w=0.001)))
    found = seen.energy("meter:shelly")
    # the plug is asked while a child ends or begins: a reading or two may stand on the other side
    assert found.idle_w is not None
    assert found.idle_w < 6.5
    assert found.active_w > 7.5


@pytest.fixture
def steady() -> float:
    """Watts of a plug that nothing is plugged into; with it the load step is taken."""
    return 5.0


def test_meters_are_believed_that_feel_the_load_step(tmp_path: Path, steady: float) -> None:
    with (
        shelly(lambda _: 9.0 if verbs_at_work(tmp_path) else 5.0) as follows,
        shelly(lambda _: steady) as stuck,
    ):
        seen = measure(local(tmp_path, follows, stuck))
    first, second = seen.energy("meter:shelly.1"), seen.energy("meter:shelly.2")
    assert "V21" not in {r.rule for r in first.reasons}
    assert second.status is Status.INVALID
    assert "did not move under load: 5 W idle, 5 W under load" in second.reasons[-1].words
    (tried,) = (e.trial for e in seen.events if isinstance(e, Tried))
    assert [(s.source, s.believed) for s in tried.load_steps] == [
        ("meter:shelly.1", True),
        ("meter:shelly.2", False),
    ]


def test_a_sensor_of_another_board_under_skewed_clocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The controller's clock is 5,000 s ahead and 100 ppm fast; both boards have this machine's."""
    real, begun = time.monotonic_ns, time.monotonic_ns()
    monkeypatch.setattr(
        time, "monotonic_ns", lambda: real() + 5_000_000_000_000 + (real() - begun) // 10_000
    )
    root = hwmon(tmp_path / "root", 8_125_000)
    other = BoardEntry(name="pi", dir=str(tmp_path / "pi"), root=str(root))
    hanging = MeterEntry(
        kind="board", target="pi", hwmon="VIN", at=other, period_ms=20, window_s=0.4
    )
    missing = replace(hanging, hwmon="ina999")
    with shelly(lambda _: 7.5) as meter:
        seen = measure(local(tmp_path, hanging, meter, missing))
    board, wall = seen.row.energy
    assert (board.source, board.scope, board.status) == ("meter:board:VIN", "board", Status.OK)
    assert (wall.source, wall.status) == ("meter:shelly", Status.OK)
    assert [round(e.active_w, 6) for e in seen.row.energy] == [8.125, 7.5]
    words = str(seen.row.energy_absent)
    assert words.startswith("meter:board:ina999 was not read: none of its sensors")
    assert "ina226:VIN" in words
    check_traces(seen.traces, "meter:board:VIN", 8_125_000)
    # nothing that this session started is left on either board
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            assert str(tmp_path).encode() not in place.read_bytes()


def test_windows_of_an_earlier_controller_are_not_the_meters(tmp_path: Path) -> None:
    with shelly(lambda _: 5.0) as meter:
        ready = ready_for(local(tmp_path, meter))
        first = Seen()
        carry_out(session_on(ready), Control(), first.events.append)
        past = Begun(
            board="local",
            attempt=1,
            directory=ready.deployed.directory,
            runner_sha256=ready.deployed.sha256,
            environment="env",
        )
        again = Seen()
        resumed = session_on(ready, is_resumed=True, past=[past])
        carry_out(resumed, Control(), again.events.append)
        ready.link.close()
    assert first.energy("meter:shelly").status is Status.OK
    assert again.row.latency_ns == first.row.latency_ns
    assert again.row.energy == ()
    assert "was not read yet: an earlier controller" in str(again.row.energy_absent)


def test_a_program_that_ends_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "BEAT_S", 0.2)
    meter = program(tmp_path, 7.25)
    script = tmp_path / "watts.py"
    begun = tmp_path / "begun"
    # at first it says one line, and ends
    first = f"import pathlib; p = pathlib.Path({str(begun)!r}); old = p.exists(); p.touch()\n"
    ends = "if not old: print(time.time(), 1.0, flush=True); raise SystemExit\n"
    script.write_text(f"{first}import time\n{ends}{script.read_text()}")
    seen = measure(local(tmp_path, meter))
    found = seen.energy("meter:command")
    assert found.status is Status.OK
    assert found.active_w == pytest.approx(7.25)
    assert any(
        w.startswith("meter:command is read again; it had stopped: ended") for w in seen.notes
    )


@pytest.mark.sshd
def test_a_meter_s_board_that_is_lost_is_reached_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "BEAT_S", 0.2)
    root = hwmon(tmp_path / "root", 8_125_000)
    with sshd.openssh() as server:
        other = replace(server.entry(), name="pi", dir=str(tmp_path / "pi"), root=str(root))
        hanging = MeterEntry(
            kind="board", target="pi", hwmon="VIN", at=other, period_ms=20, window_s=0.4
        )
        ready = ready_for(local(tmp_path, hanging))

        def reach(entry: BoardEntry) -> Ready:
            opener = partial(open_transport, settings=server.settings())
            return make_ready(entry, opener, lambda _: planted.good())

        seen = Seen()

        def emit(event: Event) -> None:
            seen.events.append(event)
            if isinstance(event, Advanced) and event.done == 1:  # the windows are to come
                server.kill_logins()

        # twelve seconds of warm-up, for the way back
        slow = replace(BRIEF, repetitions_min=5, repetitions_max=5, warmup_ms=3000.0)
        carry_out(replace(session_on(ready, slow), reach=reach), Control(), emit)
        ready.link.close()
    found = seen.energy("meter:board:VIN")
    assert found.status is Status.OK, found.reasons
    assert found.active_w == pytest.approx(8.125)
    assert any("meter:board:VIN is read again" in w for w in seen.notes)


@pytest.mark.slow
@pytest.mark.sshd
def test_a_link_that_is_lost_and_found_costs_no_joule(tmp_path: Path) -> None:
    with sshd.openssh() as server, shelly(lambda _: 5.0) as meter:
        entry = replace(server.entry(), dir=str(tmp_path / "board"), meters=(meter,))
        ready = make_ready(
            entry, lambda one: open_transport(one, server.settings()), lambda _: planted.good()
        )
        seen = Seen()

        def emit(event: Event) -> None:
            seen.events.append(event)
            if isinstance(event, Advanced):  # its only repetition is done, the windows are to come
                server.kill_logins()

        carry_out(session_on(ready), Control(), emit)
        ready.link.close()
    assert any("trying again" in words for words in seen.notes)
    assert seen.row.energy_absent is None
    found = seen.energy("meter:shelly")
    assert found.status is Status.OK
    assert found.active_w == pytest.approx(5.0)
