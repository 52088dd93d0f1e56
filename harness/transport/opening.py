"""A command line for a remote shell, and its output without what start-up files print before it.

An `echo` in .bashrc would otherwise stand before (or, without a newline, in) the first line of
every answer. A mark that is new for each command says where its own output begins.
"""

from __future__ import annotations

import secrets
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

HELD_CAP_BYTES = 1 << 16


class Opening:
    """The beginning of one command's output."""

    def __init__(self) -> None:
        word = f"harness-{secrets.token_hex(8)}"
        self._word = word
        self._mark = f"{word}\n".encode()
        self._held = bytearray()
        self._has_begun = False

    def command(self, argv: Sequence[str]) -> str:
        """Return the line for the login shell, whichever it is: sh, csh and fish understand it.

        By `exec` the shell becomes the program, so that a signal that ends it is no exit status.
        """
        return f"echo {self._word}; exec {shlex.join(argv)}"

    def cut(self, data: bytes) -> bytes:
        """Return what of `data` belongs to the command."""
        if self._has_begun:
            return data
        self._held += data
        _, mark, own = self._held.partition(self._mark)
        if mark:
            self._has_begun = True
            self._held.clear()
            return bytes(own)
        del self._held[:-HELD_CAP_BYTES]
        return b""

    def rest(self) -> bytes:
        """Return, once, the last words of a server that never ran the command."""
        held = bytes(self._held)
        self._held.clear()
        return held
