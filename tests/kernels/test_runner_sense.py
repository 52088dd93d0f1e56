"""The verbs clock and sense: live lines for one controller, and never without an end."""

from __future__ import annotations

import itertools
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.kernels.runner_rig import native

if TYPE_CHECKING:
    from pathlib import Path


def start(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [str(native()), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
    )


def sense(folder: Path, *words: str, seconds: str = "60") -> subprocess.Popen[bytes]:
    return start("sense", seconds, "10000000", str(folder), *words)


def lines(process: subprocess.Popen[bytes], count: int) -> list[bytes]:
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(count)]


def end(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, words = process.communicate(timeout=10)
    return process.returncode, words.decode()


def test_each_line_is_answered_by_the_clock_between_sending_and_receiving() -> None:
    process = start("clock", "60")
    assert process.stdin is not None
    for _ in range(5):
        sent = time.monotonic_ns()
        process.stdin.write(b"\n")
        (line,) = lines(process, 1)
        assert sent <= int(line) <= time.monotonic_ns()
    process.stdin.write(b"x\n\n\n")
    assert len({int(line) for line in lines(process, 3)}) <= 3
    assert end(process) == (0, "")


@pytest.mark.parametrize("verb", ["clock", "sense"])
def test_the_time_is_over_even_where_nobody_listens(verb: str, tmp_path: Path) -> None:
    (tmp_path / "p").write_text("1\n")
    process = (
        start("clock", "1") if verb == "clock" else sense(tmp_path, "power", "/p", seconds="1")
    )
    assert process.wait(10) < 0  # by its own alarm: stdin is still open
    end(process)


def test_a_sensor_is_read_at_its_period_until_stdin_ends(tmp_path: Path) -> None:
    (tmp_path / "u").write_text("5000\n")
    (tmp_path / "i").write_text("-321\n")
    begun = time.monotonic_ns()
    process = sense(tmp_path, "product", "/u", "/i")
    found = [[int(word) for word in line.split()] for line in lines(process, 10)]
    assert begun <= found[0][0] <= found[-1][0] <= time.monotonic_ns()
    assert all(b[0] > a[0] for a, b in itertools.pairwise(found))
    assert {tuple(line[1:]) for line in found} == {(5000, -321)}
    # an echo may be asked for on the same channel: one word, where a reading has three
    assert process.stdin is not None
    process.stdin.write(b"\n")
    assert any(len(line.split()) == 1 for line in lines(process, 20))
    assert end(process)[0] == 0


def test_a_reading_that_fails_is_said_and_the_next_one_comes(tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_text("7\n")
    process = sense(tmp_path, "power", "/p")
    assert lines(process, 1)[0].split()[1:] == [b"7", b"0"]
    path.write_text("nonsense\n")
    assert b"!\n" in lines(process, 20)
    path.write_text("8\n")
    assert any(line.split()[1:2] == [b"8"] for line in lines(process, 20))
    assert end(process)[0] == 0


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("power", "/gone"), 3),
        (("product", "/p", "/gone"), 3),
        (("product", "/p"), 2),
        (("power", "/p", "/p"), 2),
        (("volts", "/p"), 2),
        (("power",), 2),
    ],
)
def test_what_cannot_be_sensed_is_refused(
    tmp_path: Path, words: tuple[str, ...], status: int
) -> None:
    (tmp_path / "p").write_text("1\n")
    code, said = end(sense(tmp_path, *words))
    assert code == status
    assert said.startswith("runner: ")


@pytest.mark.parametrize("words", [(), ("0",), ("x",), ("1", "2"), ("99999999",), ("1x",)])
def test_a_clock_wants_seconds(words: tuple[str, ...]) -> None:
    assert end(start("clock", *words)) == (2, "runner: clock SECONDS\n")
