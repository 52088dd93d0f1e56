"""Printing for all commands: results on stdout, notes on stderr, control characters never."""

from __future__ import annotations

import sys


def clean(text: str) -> str:
    """Return `text` without control characters: strings from boards are hostile."""
    return "".join(c if c == "\n" or c.isprintable() else "?" for c in text)


def out(text: str) -> None:
    """Print a result line."""
    print(clean(text))


def note(text: str) -> None:
    """Print a note for the person at the terminal."""
    print(clean(text), file=sys.stderr, flush=True)
