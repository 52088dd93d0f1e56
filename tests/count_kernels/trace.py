"""What a kernel call executed, from the emulator's log; starts no emulator.

The emulator logs every piece of code (block) when it translates it, and every time it executes one.
A block is left at its end only, so executions times length is what was executed. `check --calls`
prints the address of a mark that it passes before and after each call.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class TraceError(Exception):
    """The program refused, or the log is not what it should be."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """Code that is executed as a whole: a line of the emulator's disassembler an instruction."""

    address: int
    code: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of a kernel: how often it executed each block."""

    blocks: Mapping[Block, int]

    @property
    def instructions(self) -> int:
        """All that were executed, from the call to the return."""
        return sum(times * len(block.code) for block, times in self.blocks.items())

    def hot(self, share: float) -> list[tuple[Block, int]]:
        """Return the fewest blocks that executed this share of all, and how often each was."""
        found = sorted(self.blocks.items(), key=lambda pair: -pair[1] * len(pair[0].code))
        reached, hot = 0, []
        for block, times in found:
            if reached >= share * self.instructions:
                break
            reached += times * len(block.code)
            hot.append((block, times))
        return hot


class Reader:
    """Takes the log in pieces as they come, and keeps counts only."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.words: list[str] = []
        self._mark = b""
        self._counting = False
        self._counts: Counter[bytes] = Counter()
        self._blocks: dict[bytes, Block] = {}
        self._code: list[bytes] | None = None
        self._rest = b""

    def feed(self, piece: bytes) -> None:
        """Take a piece; the end of its last line may come later."""
        text, newline, rest = piece.rpartition(b"\n")
        if not newline:
            self._rest += piece
            return
        text, self._rest = self._rest + text, rest
        # most of the log by far is nothing but executions
        loud = (b"IN:", b"--", self._mark or b"")
        if self._code is not None or any(word in text for word in loud):
            for line in text.split(b"\n"):
                self._line(line)
        elif self._counting:
            self._counts.update(text.split(b"\n"))

    def _line(self, line: bytes) -> None:
        if line.startswith(b"Trace "):
            self._executed(line)
        elif line.startswith(b"IN:"):
            self._code = []
        elif line.startswith(b"0x") and self._code is not None:
            self._code.append(line)
        elif line.startswith(b"mark 0x"):
            self._mark = b"/%016x/" % int(line[5:], 16)
        elif line.strip(b"- "):
            self.words.append(line.decode(errors="replace"))

    def _executed(self, line: bytes) -> None:
        if self._code is not None:  # what is translated is executed next
            text = tuple(code.decode() for code in self._code)
            self._blocks[line] = Block(address=int(text[0].partition(":")[0], 16), code=text)
            self._code = None
        if self._mark and self._mark in line:
            if self._counting:
                self.calls.append(self._finished())
            self._counts.clear()
            self._counting = not self._counting
        elif self._counting:
            self._counts[line] += 1

    def _finished(self) -> Call:
        unknown = [line for line in self._counts if line not in self._blocks]
        if unknown:
            raise TraceError(f"no code was shown for {unknown[0].decode(errors='replace')}")
        blocks: Counter[Block] = Counter()
        for line, times in self._counts.items():
            blocks[self._blocks[line]] += times
        return Call(blocks=blocks)
