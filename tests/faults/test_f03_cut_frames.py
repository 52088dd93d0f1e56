"""F03, in the lines: a real worker's frames, cut at every byte, and damaged at every byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.errors import ProtocolError
from harness.transport.frames import Frame, FrameReader
from tests.faults.ledger import witness
from tests.kernels import runner_rig

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The spool of one finished run: hello, samples, closes, end."""
    rig = runner_rig.Rig(tmp_path_factory.mktemp("frames"), runner_rig.native())
    job = rig.job("frames", [runner_rig.kernel("a"), runner_rig.kernel("b", "fp32")])
    assert rig.execute(job).status == 0
    spool: Path = rig.folder / "runs" / "frames.spool"
    return spool.read_bytes().splitlines(keepends=True)


def _read(seq: int, data: bytes) -> list[Frame]:
    """Return the frames of some damaged lines, up to the first that is refused."""
    reader, found = FrameReader(seq), []
    try:
        for line in data.splitlines(keepends=True):
            frame = reader.feed(line)
            if frame is not None:
                found.append(frame)
    except ProtocolError:
        pass
    return found


def _damages(line: bytes) -> Iterator[bytes]:
    for at in range(len(line)):
        yield line[:at] + line[at + 1 :]  # lost
        yield line[: at + 1] + line[at:]  # doubled
        yield line[:at] + bytes([line[at] ^ 1 << at % 8]) + line[at + 1 :]  # a bit turned


def test_a_stream_cut_at_every_byte_gives_whole_frames_or_none(lines: list[bytes]) -> None:
    cuts = 0
    for seq, line in enumerate(lines):
        for at in range(len(line)):
            assert _read(seq, line[:at]) == []
            cuts += 1
        assert len(_read(seq, line)) == 1
    saw = f"a worker's {len(lines)} frames cut at each of {cuts} bytes: whole frames or none"
    witness("F03", on="frames", saw=saw)


def test_damage_at_every_byte_gives_the_right_frame_or_none(lines: list[bytes]) -> None:
    count = 0
    for seq, line in enumerate(lines):
        (whole,) = _read(seq, line)
        for damaged in _damages(line):
            assert all(frame.payload == whole.payload for frame in _read(seq, damaged))
            count += 1
    saw = f"{count} damages (a byte lost, doubled, a bit turned): the right frame or none"
    witness("F03", on="frames", saw=saw)


def test_lines_doubled_lost_and_swapped_are_refused(lines: list[bytes]) -> None:
    for at in range(len(lines) - 1):
        swapped = [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]]
        for damaged in (lines[: at + 1] + lines[at:], lines[:at] + lines[at + 1 :], swapped):
            found = _read(0, b"".join(damaged))
            assert at <= len(found) < len(lines)
            assert [b"%s\n" % f.raw for f in found] == [
                line.split(b" ", 4)[4] for line in lines[: len(found)]
            ]
    witness("F03", on="frames", saw=f"each of {len(lines)} lines doubled, lost, swapped: refused")
