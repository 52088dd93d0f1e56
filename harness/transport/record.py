"""A Transport that passes everything through to another one and writes down each answer.

It writes what `replay` reads, as it came: hosts and serial numbers too. Redacting is not done here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import HarnessError, LinkError
from harness.transport.replay import FILE, Answer, line_of, sha256_of, short_argv

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from harness.transport.base import Completed, Stream, Transport


class RecordingStream:
    """A running command whose lines are passed on, and written down when it is over."""

    def __init__(self, inner: Stream, owner: RecordingTransport, asked: Answer) -> None:
        self._inner = inner
        self._owner = owner
        self._asked = asked

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of the command below; they are recorded however it ends."""
        seen = bytearray()
        error = ""
        try:
            for line in self._inner.lines():
                seen += line
                yield line
        except LinkError as lost:
            error = lost.what
            raise
        finally:
            self._owner.keep(
                replace(
                    self._asked,
                    status=self._inner.status(),
                    stdout=bytes(seen),
                    stderr=self._inner.stderr(),
                    error=error,
                )
            )

    def write(self, data: bytes) -> None:
        """Send bytes to the command below; they are not recorded."""
        self._inner.write(data)

    def status(self) -> int | None:
        """Return the exit status once `lines` has ended."""
        return self._inner.status()

    def stderr(self) -> bytes:
        """Return what came on stderr so far."""
        return self._inner.stderr()

    def close(self) -> None:
        """Stop reading."""
        self._inner.close()


class RecordingTransport:
    """Another transport, with `replay.jsonl` written into `folder` (which must exist)."""

    def __init__(self, inner: Transport, folder: Path) -> None:
        self._inner = inner
        self._path = folder / FILE

    def keep(self, answer: Answer) -> None:
        """Append one answer."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(line_of(answer))

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 30.0) -> Completed:
        """Run a command below and keep its answer, or the words of the link that failed."""
        asked = Answer(argv=short_argv(argv), stdin_sha256=sha256_of(stdin))
        try:
            done = self._inner.run(argv, stdin=stdin, timeout_s=timeout_s)
        except LinkError as error:
            self.keep(replace(asked, error=error.what))
            raise
        self.keep(replace(asked, status=done.status, stdout=done.stdout, stderr=done.stderr))
        return done

    def stream(
        self, argv: Sequence[str], *, stdin: bytes = b"", live: bool = False
    ) -> RecordingStream:
        """Start a command below; it is kept when its lines have ended."""
        asked = Answer(argv=short_argv(argv), stdin_sha256=sha256_of(stdin))
        return RecordingStream(self._inner.stream(argv, stdin=stdin, live=live), self, asked)

    def put(self, data: bytes, path: str, *, mode: int = 0o644) -> None:
        """Bring bytes onto the board and keep their sha256."""
        error = ""
        try:
            self._inner.put(data, path, mode=mode)
        except HarnessError as failed:
            error = failed.what
            raise
        finally:
            self.keep(Answer(stdin_sha256=sha256_of(data), put=path, status=0, error=error))

    def close(self) -> None:
        """Close the transport below."""
        self._inner.close()
