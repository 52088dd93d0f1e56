"""F03, on the wire: connections cut at a byte, here through a proxy before a real SSH server.

(The frames alone, cut at every byte: tests/transport/test_frames.py.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.errors import LinkError
from harness.transport.frames import FrameReader
from harness.transport.registry import open_transport
from tests.faults.ledger import witness
from tests.faults.rig import SHOWN
from tests.faults.rig_proxy import Cut, Proxy
from tests.helpers.cli import User
from tests.kernels import runner_rig
from tests.kernels.runner_rig import Rig

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.transport.base import Transport
    from harness.transport.frames import Frame
    from tests.helpers.cli import Ended
    from tests.helpers.sshd import Server

pytestmark = pytest.mark.sshd

RUN = "cut"
ITEMS = [runner_rig.kernel(f"i{number}") for number in range(12)]
KERNEL = "  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}"
VERDICTS = {"OK", "SUSPECT", "INFRA"}


def _frames(transport: Transport, argv: Sequence[str], first: int = 0) -> list[Frame]:
    """Return all frames that a command shows; LinkError(frames so far) when the link is lost."""
    reader, found = FrameReader(first), []
    stream = transport.stream(argv)
    try:
        for line in stream.lines():
            frame = reader.feed(line)
            if frame is not None:
                found.append(frame)
    except LinkError as error:
        raise LinkError(error.what) from _SoFarError(found)
    assert stream.status() == 0, stream.stderr()
    return found


class _SoFarError(Exception):
    def __init__(self, frames: list[Frame]) -> None:
        super().__init__()
        self.frames = frames


def _tail(rig: Rig, first: int = 0) -> list[str]:
    return [str(rig.runner), "tail", RUN, "--dir", str(rig.folder), "--from", str(first)]


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Rig:
    """A folder of a board with one finished run."""
    made = Rig(tmp_path_factory.mktemp("cut"), runner_rig.native())
    # longer than one SSH packet can be (32 kB), or a busy machine sends all frames in one
    head = {"samples": 300, "sample_min_ns": 1000, "repetitions_min": 2, "repetitions_max": 2}
    assert made.execute(made.job(RUN, ITEMS, **head)).status == 0
    return made


def _measure(rig: Rig, server: Server, folder: Path) -> tuple[int, int, list[Frame]]:
    """Return the bytes that come before the stream and with it, and its frames."""
    with Proxy(server=server) as proxy:
        front = proxy.front(folder)
        transport = open_transport(front.entry(), front.settings())
        before = proxy.down_bytes
        frames = _frames(transport, _tail(rig))
        transport.close()
        return before, proxy.down_bytes, frames


def _read_with_a_cut(rig: Rig, server: Server, cut: Cut, folder: Path) -> tuple[int, list[Frame]]:
    """Read the run's frames over a connection that is cut, then the rest over a whole one."""
    with Proxy(server=server, cuts=[cut]) as proxy:
        front = proxy.front(folder)
        found: list[Frame] = []
        try:
            transport = open_transport(front.entry(), front.settings())
            found = _frames(transport, _tail(rig))
        except LinkError as error:
            if isinstance(error.__cause__, _SoFarError):
                found = error.__cause__.frames
        got = len(found)
        again = open_transport(front.entry(), front.settings())
        is_over = got > 0 and found[-1].kind == "end"
        rest = [] if is_over else _frames(again, _tail(rig, got), got)
        again.close()
        # how SSH packs the lines differs from time to time: the last places may lie past the end
        assert proxy.cut == 1 or is_over, "nothing was cut"
        return got, found + rest


def _try(rig: Rig, server: Server, folder: Path, places: int) -> int:
    """Cut at so many places, the login among them; returns how many were within the frames."""
    before, total, whole = _measure(rig, server, folder / "whole")
    step = 0.97 * total / (places - 1)
    inside = 0
    for number in range(places):
        cut = Cut(down=int(number * step))
        got, frames = _read_with_a_cut(rig, server, cut, folder / str(number))
        assert [f.raw for f in frames] == [f.raw for f in whole], cut
        inside += 0 < got < len(whole)
    assert total > before > 0
    return inside


@pytest.mark.parametrize("kind", ["openssh", "dropbear"])
def test_what_came_before_the_cut_and_what_comes_after_is_the_whole(
    rig: Rig, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    inside = _try(rig, request.getfixturevalue(f"{kind}_server"), tmp_path, 12)
    assert inside >= 1  # a busy machine packs more frames into fewer packets
    saw = f"cut at 12 places from the greeting on, {inside} among the frames: read on, all whole"
    witness("F03", on=SHOWN[kind], saw=saw)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["openssh", "dropbear"])
def test_cuts_at_hundreds_of_places(
    rig: Rig, kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    inside = _try(rig, request.getfixturevalue(f"{kind}_server"), tmp_path, 300)
    assert inside >= 30
    saw = f"cut at 300 places from the greeting on, {inside} among the frames: read on, all whole"
    witness("F03", on=SHOWN[kind], saw=saw)


def _run(user: User, proxy: Proxy, name: str, folder: str) -> Ended:
    user.know(proxy.front(user.folder / name), name, dir=str(user.folder / folder))
    user.suite(name, KERNEL)
    ended = user.harness("run", "suite.yaml", "--no-report")
    assert "Traceback" not in ended.out + ended.err
    return ended


def _traffic(user: User, server: Server, name: str) -> Proxy:
    """Return a proxy that has seen a whole run pass."""
    with Proxy(server=server) as whole:
        assert _run(user, whole, name, "board").code == 0
        return whole


def _verdict(user: User, server: Server, name: str, folder: str, cuts: Sequence[Cut]) -> str:
    """Measure one kernel over connections of which the first are cut; returns its verdict."""
    with Proxy(server=server, cuts=cuts) as proxy:
        ended = _run(user, proxy, name, folder)
    # a run's traffic differs a little from the next one's: the last place may lie past its end
    assert proxy.cut > 0 or ended.code == 0, "nothing was cut"
    rows = user.rows()
    assert [row["board"] for row in rows] == [name], ended.err
    (row,) = rows
    assert row["status"] in VERDICTS, row["reasons"]
    if row["status"] == "INFRA":
        assert "inferences_per_s" not in row
        assert "latency_ns" not in row
    else:
        assert ended.code == 0, ended.err
        assert row["check"]["passed"]
        assert row["latency_ns"]["samples"] == 3
        assert row["latency_ns"]["repetitions"] == 1
    return str(row["status"])


def _runs(server: Server, user: User, places: int) -> dict[str, int]:
    """Cut at so many places of a run's traffic: of one that pushes, then of one that need not."""
    seen = dict.fromkeys(sorted(VERDICTS), 0)
    for is_warm in (False, True):
        name = "warm" if is_warm else "cold"
        whole = _traffic(user, server, name)
        for number in range(places):
            at = 0.97 * (number + 0.5) / places
            down, up = Cut(down=int(whole.down_bytes * at)), Cut(up=int(whole.up_bytes * at))
            folder = "board" if is_warm else f"board-{number}"
            for way, cuts in (("down", [down]), ("up", [up]), ("both", [down, up])):
                own = folder if is_warm else f"{folder}-{way}"
                seen[_verdict(user, server, f"{name}-{way}-{number}", own, cuts)] += 1
    return seen


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["openssh", "dropbear"])
def test_whole_runs_over_connections_that_are_cut(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    seen = _runs(request.getfixturevalue(f"{kind}_server"), User(tmp_path), 6)
    # a board that is lost twice before it is ready has no numbers; all others must have
    assert seen["INFRA"] <= sum(seen.values()) / 3, seen
    saw = f"{sum(seen.values())} whole runs, one or two connections of each cut: {_words(seen)}"
    witness("F03", on=SHOWN[kind], saw=saw)


def test_a_run_whose_stream_is_cut_is_measured_whole(
    openssh_server: Server, tmp_path: Path
) -> None:
    user = User(tmp_path)
    _traffic(user, openssh_server, "cold")
    whole = _traffic(user, openssh_server, "warm")  # finds its runner there
    cut = Cut(down=whole.down_bytes - 1500)  # among the last frames
    assert _verdict(user, openssh_server, "cut", "board", [cut]) in {"OK", "SUSPECT"}
    witness("F03", on="OpenSSH", saw="a whole run, its stream cut among the frames: measured whole")


def _words(seen: dict[str, int]) -> str:
    whole, lost = seen["OK"] + seen["SUSPECT"], seen["INFRA"]
    return f"{whole} measured whole, {lost} INFRA without a number; no traceback"
