from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.transport.opening import HELD_CAP_BYTES, Opening

WORDS = ["printf", "%s|", "a b", "", "'", '"', "$HOME", "`id`", "*", "\\", "; echo no"]


def _mark(opening: Opening) -> bytes:
    return opening.command(["true"]).split()[1].rstrip(";").encode() + b"\n"


@given(noise=st.binary(max_size=100), own=st.binary(max_size=100), data=st.data())
def test_the_noise_goes_and_the_answer_stays_wherever_it_is_cut(
    noise: bytes, own: bytes, data: st.DataObject
) -> None:
    opening = Opening()
    wire = noise + _mark(opening) + own
    got = b""
    while wire:
        size = data.draw(st.integers(1, len(wire)))
        got += opening.cut(wire[:size])
        wire = wire[size:]
    assert got == own
    assert opening.rest() == b""


def test_a_second_mark_belongs_to_the_answer() -> None:
    opening = Opening()
    mark = _mark(opening)
    assert opening.cut(b"x" + mark + b"y" + mark) == b"y" + mark
    assert opening.cut(mark) == mark


def test_each_command_has_a_mark_of_its_own() -> None:
    assert len({_mark(Opening()) for _ in range(50)}) == 50


def test_endless_noise_takes_no_memory() -> None:
    opening = Opening()
    for _ in range(100):
        assert opening.cut(b"z" * 100_000) == b""
    assert len(opening.rest()) == HELD_CAP_BYTES
    assert opening.rest() == b""


def test_the_mark_is_found_after_endless_noise() -> None:
    opening = Opening()
    opening.cut(b"z" * 1_000_000)
    mark = _mark(opening)
    opening.cut(mark[:7])
    assert opening.cut(mark[7:] + b"own") == b"own"


def test_a_server_that_never_ran_the_command_is_still_heard() -> None:
    opening = Opening()
    assert opening.cut(b"this account is closed\n") == b""
    assert opening.rest() == b"this account is closed\n"


@pytest.mark.parametrize("shell", ["sh", "dash", "bash", "busybox", "zsh", "csh", "tcsh", "fish"])
def test_shells_run_the_words_as_they_are(shell: str) -> None:
    program = shutil.which(shell) or "/bin/sh"  # not every machine has every shell
    argv = [program, *(["sh"] if Path(program).name == "busybox" else []), "-c"]
    opening = Opening()
    done = subprocess.run(
        [*argv, opening.command(WORDS)], stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    assert opening.cut(done.stdout) == "".join(f"{word}|" for word in WORDS[2:]).encode()


def test_the_program_takes_the_place_of_the_shell() -> None:
    line = Opening().command(["sh", "-c", "kill -9 $$"])
    assert (
        subprocess.run(["/bin/sh", "-c", line], capture_output=True, check=False).returncode == -9
    )
