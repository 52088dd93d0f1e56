"""Reads a started command to its end, whatever carries it: whole (`collect`) or line by line.

The carriers (`local`, `channel`) give a Process; limits, line splitting and what an end means are
decided once, here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from harness.errors import LinkError, ProtocolError
from harness.transport.base import Completed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STDOUT_CAP_BYTES = 64 << 20
STDERR_CAP_BYTES = 1 << 20
LINE_CAP_BYTES = 1 << 20
_STEP_S = 1.0


@dataclass(frozen=True)
class Chunk:
    """What came since the last look; both may be empty."""

    stdout: bytes
    stderr: bytes


class Process(Protocol):
    """A started command, both of whose outputs are drained by one reader."""

    where: str  # the board, for errors

    def step(self, timeout_s: float) -> Chunk | None:
        """Feed stdin, wait for output up to `timeout_s`; None once both outputs have ended."""
        ...

    def write(self, data: bytes) -> None:
        """Send bytes to a stdin that was kept open; LinkError when nobody reads them."""
        ...

    def finish(self, timeout_s: float) -> int | None:
        """Return the exit status after the outputs have ended; None when there is none."""
        ...

    def require_link(self) -> None:
        """Raise LinkError unless the board still answers."""
        ...

    def close(self) -> None:
        """Give up the command's channel; may be called more than once."""
        ...


def collect(process: Process, argv: Sequence[str], timeout_s: float) -> Completed:
    """Read `process` to its end within `timeout_s`; LinkError when it takes longer."""
    deadline = time.monotonic() + timeout_s
    stdout, stderr = bytearray(), bytearray()
    try:
        while (left_s := deadline - time.monotonic()) > 0:
            chunk = process.step(min(left_s, _STEP_S))
            if chunk is None:
                status = process.finish(max(left_s, 0.1))
                if status is None:
                    process.require_link()
                return Completed(
                    argv=tuple(argv), status=status, stdout=bytes(stdout), stderr=bytes(stderr)
                )
            stdout += chunk.stdout
            stderr += chunk.stderr[: STDERR_CAP_BYTES - len(stderr)]
            if len(stdout) > STDOUT_CAP_BYTES:
                raise ProtocolError(
                    f"`{argv[0]}` printed more than {STDOUT_CAP_BYTES >> 20} MiB",
                    where=process.where,
                )
    finally:
        process.close()
    raise LinkError(
        f"`{argv[0]}` did not end within {timeout_s:g} s",
        where=process.where,
        do="is the board overloaded, or its storage failing?",
    )


class LineBuffer:
    """Cuts bytes into lines; a line past the cap is handed on in pieces, so memory is bounded."""

    def __init__(self, cap_bytes: int = LINE_CAP_BYTES) -> None:
        self._cap_bytes = cap_bytes
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield each line that `data` completes, newline kept."""
        for piece in _split(data):
            self._rest += piece
            if piece.endswith(b"\n") or len(self._rest) >= self._cap_bytes:
                yield self._take()

    def end(self) -> Iterator[bytes]:
        """Yield what is left without a newline, if anything."""
        if self._rest:
            yield self._take()

    def _take(self) -> bytes:
        line = bytes(self._rest)
        self._rest.clear()
        return line


def _split(data: bytes) -> list[bytes]:
    # bytes.splitlines would also cut at \r, which logs may hold
    parts = data.split(b"\n")
    lines = [part + b"\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


class LineStream:
    """A Stream over any Process."""

    def __init__(self, process: Process, argv: Sequence[str]) -> None:
        self._process = process
        self._argv = tuple(argv)
        self._stderr = bytearray()
        self._status: int | None = None
        self._closed = False

    def lines(self) -> Iterator[bytes]:
        """Yield stdout lines until the command has ended; LinkError unless it ended by itself."""
        buffer = LineBuffer()
        while not self._closed:
            chunk = self._process.step(_STEP_S)
            if chunk is None:
                break
            self._stderr += chunk.stderr[: STDERR_CAP_BYTES - len(self._stderr)]
            yield from buffer.feed(chunk.stdout)
        yield from buffer.end()
        if not self._closed:
            self._end()

    def _end(self) -> None:
        self._status = self._process.finish(10.0)
        self._process.close()
        if self._status is None:
            self._process.require_link()
            raise LinkError(
                f"`{self._argv[0]}` ended without an exit status",
                where=self._process.where,
                do="it was killed there (out of memory?), or the connection broke; attach again",
            )

    def write(self, data: bytes) -> None:
        """Send bytes to a command that was started `live`."""
        self._process.write(data)

    def status(self) -> int | None:
        """Return the exit status once `lines` has ended."""
        return self._status

    def stderr(self) -> bytes:
        """Return the first MiB of stderr so far."""
        return bytes(self._stderr)

    def close(self) -> None:
        """Stop reading; `lines` in another thread ends without an error."""
        self._closed = True
        self._process.close()
