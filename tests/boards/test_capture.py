"""The archive, and every captured board under tests/golden/boards asked again.

A new board becomes a test by unpacking its archive there; an `expected.json` beside it may name
family, target, emulated and the ids of its sensors.
"""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.boards.capture import ABOUT, About, read_about, redact_about, slug, write_archive
from harness.boards.facts import facts
from harness.boards.hello import parse_hello
from harness.boards.probe import probe
from harness.boards.redact import redact_answer
from harness.errors import ConfigError, StoreError
from harness.power.discover import discover
from harness.session.deploy import say_hello
from harness.transport.replay import FILE, ReplayTransport, read_recording

if TYPE_CHECKING:
    from harness.records.board import BoardFacts

GOLDEN = Path(__file__).parents[1] / "golden" / "boards"
CAPTURED = sorted(path.parent for path in GOLDEN.glob(f"*/{ABOUT}"))
HOME = "/home/" + "alice"  # one that no file of this repository may name


def ask_again(folder: Path) -> BoardFacts | None:
    """Ask a captured board as `harness boards probe` would; None where it had no runner."""
    about = read_about(folder)
    transport, entry = ReplayTransport(folder), about.entry()
    seen = probe(transport, entry)
    assert seen.machine
    if not about.runner:
        return None
    hello = parse_hello(say_hello(transport, about.runner))
    sensors, absent = discover(seen)
    return facts(entry, seen, hello, sensors, absent)


@pytest.mark.parametrize("folder", CAPTURED, ids=lambda folder: folder.name)
def test_a_captured_board_is_understood(folder: Path) -> None:
    board = ask_again(folder)
    path = folder / "expected.json"
    expected = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    about = read_about(folder)
    assert expected.get("family", about.family) == about.family
    if board is None:
        assert about.missing
        return
    seen = {
        "family": board.family,
        "target": board.hello.target,
        "emulated": bool(board.emulated),
        "sensors": [sensor.id for sensor in board.sensors],
    }
    assert {name: seen[name] for name in expected} == expected
    assert board.hello.variants


@pytest.mark.parametrize("folder", CAPTURED, ids=lambda folder: folder.name)
def test_a_captured_board_gives_nobody_away(folder: Path) -> None:
    for answer in read_recording(folder):
        assert redact_answer(answer) == answer


def test_there_is_a_captured_board() -> None:
    assert CAPTURED


def test_an_archive_unpacks_into_a_test(tmp_path: Path) -> None:
    golden = CAPTURED[0]
    about, answers = read_about(golden), read_recording(golden)
    for name in ("a", "b"):
        write_archive(tmp_path / name, about, answers)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    with tarfile.open(tmp_path / "a") as archive:
        assert {(m.mtime, m.uid, m.uname) for m in archive} == {(0, 0, "")}
        archive.extractall(tmp_path / "out", filter="data")
    folder = tmp_path / "out" / slug(about)
    assert {path.name for path in folder.iterdir()} == {ABOUT, FILE}
    assert read_about(folder) == about
    assert ask_again(folder) == ask_again(golden)
    with pytest.raises(StoreError, match="no-such"):
        write_archive(tmp_path / "no-such" / "a", about, answers)


def test_the_description_is_redacted_and_checked(tmp_path: Path) -> None:
    about = About(model="Board", runner=f"{HOME}/r", runtimes={"x": f"{HOME}/py"})
    clean = redact_about(about, ())
    assert (clean.runner, clean.runtimes) == ("/home/user/r", {"x": "/home/user/py"})
    assert clean.entry().runtimes == clean.runtimes
    assert slug(About(model="../../Pi 5 (rev 1.0)", family="pi")) == "pi-pi-5-rev-1-0"
    assert slug(About()) == "board"
    for text in ("", "[]", '{"schema": 2}', '{"schema": "1"}', "[" * 100_000):
        (tmp_path / ABOUT).write_text(text)
        with pytest.raises(ConfigError):
            read_about(tmp_path)
