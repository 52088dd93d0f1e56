"""Printing for all commands: results on stdout, notes on stderr, control characters never."""

from __future__ import annotations

import sys
from typing import TextIO

from harness.units import harmless


def clean(text: str) -> str:
    """Return `text` line by line without control characters: strings from boards are hostile."""
    return "\n".join(harmless(line) for line in text.split("\n"))


def out(text: str) -> None:
    """Print a result line."""
    _print(text, sys.stdout)


def note(text: str) -> None:
    """Print a note for the person at the terminal."""
    _print(text, sys.stderr)
    sys.stderr.flush()


def _print(text: str, stream: TextIO) -> None:
    # a terminal that is not UTF-8 shows "?" for what it lacks, and the command goes on
    encoding = stream.encoding or "utf-8"
    print(clean(text).encode(encoding, "replace").decode(encoding), file=stream)
