"""What reaches a terminal: no string from anywhere steers it, and no letter stops a command."""

from __future__ import annotations

import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.commands import console

STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(st.text(st.characters(codec=None)))
def test_no_string_steers_a_terminal(text: str) -> None:
    kept = console.clean(text)
    assert not {unicodedata.category(c) for c in kept if c != "\n"} & STEERING
    assert kept.count("\n") == text.count("\n")
    kept.encode()


@pytest.mark.parametrize(
    "word",
    ["\x1b[2J", "\x1b]0;title\x07", "\x9b31m", "a\rb", "a\bb", "\u202egnp.exe", "\u2066x\u2069"],
)
def test_the_classics(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    console.out(word)
    console.note(word)
    shown = capsys.readouterr()
    for text in (shown.out, shown.err):
        assert text.rstrip("\n").isprintable()


def test_lines_stay_lines(capsys: pytest.CaptureFixture[str]) -> None:
    console.out("a\n  b")
    assert capsys.readouterr().out == "a\n  b\n"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_terminal_shows_what_it_can(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding=encoding, write_through=True))
    console.out("板 \N{PLUS-MINUS SIGN}1 \ud800")
    shown = {"ascii": b"? ?1 \n", "latin-1": b"? \xb11 \n", "utf-8": "板 \u00b11 \n".encode()}
    assert raw.getvalue() == shown[encoding]
