"""The board `local`: commands of this machine through the same interface as any other board."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import selectors
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING

from harness.errors import LinkError, PushError
from harness.transport.base import Completed
from harness.transport.pump import Chunk, LineStream, collect

if TYPE_CHECKING:
    from collections.abc import Sequence

_PIECE_BYTES = 1 << 16
_BUSY_S, _BUSY_POLL_S = 1.0, 0.02
_NOT_FOUND, _NOT_EXECUTABLE = 127, 126  # as a shell on a remote board would say
_WHERE = "local"


class LocalTransport:
    """Runs commands and writes files here; nothing can be lost but what the machine loses."""

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 30.0) -> Completed:
        """Run a command to its end; LinkError when it takes longer than `timeout_s`."""
        try:
            process = LocalProcess(argv, stdin)
        except OSError as error:
            status = _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE
            words = f"{argv[0]}: {error.strerror}\n".encode()
            return Completed(argv=tuple(argv), status=status, stdout=b"", stderr=words)
        return collect(process, argv, timeout_s)

    def stream(self, argv: Sequence[str], *, stdin: bytes = b"", live: bool = False) -> LineStream:
        """Start a command whose lines are read as they come."""
        try:
            return LineStream(LocalProcess(argv, stdin, live=live), argv)
        except OSError as error:
            # the same road as on a remote board, where a shell says it and exits 127
            words = f"{argv[0]}: {error.strerror}"
            shell = ("/bin/sh", "-c", 'echo "$1" >&2; exit "$2"', "sh", words, str(_NOT_FOUND))
            return LineStream(LocalProcess(shell, b""), argv)

    def put(self, data: bytes, path: str, *, mode: int = 0o644) -> None:
        """Write `data` beside `path`, read it back, rename; PushError names path and cause."""
        target = Path(path)
        temporary = target.with_name(f"{target.name}.{secrets.token_hex(4)}.tmp")
        try:
            with temporary.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            found = hashlib.sha256(temporary.read_bytes()).digest()
            if found != hashlib.sha256(data).digest():
                raise PushError(
                    f"{path} does not read back as written", where=_WHERE, do="check the storage"
                )
            temporary.chmod(mode)
            temporary.replace(target)
        except OSError as error:
            raise PushError(
                f"cannot write {path}: {error.strerror} ({_free_bytes(target.parent)})",
                where=_WHERE,
                do="choose another folder with `dir:` of the board",
            ) from None
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing to give up."""


def _free_bytes(folder: Path) -> str:
    try:
        stats = os.statvfs(folder)
    except OSError as error:
        return f"{folder}: {error.strerror}"
    words = f"{stats.f_bavail * stats.f_frsize} bytes free"
    return f"{words}, mounted ro" if stats.f_flag & os.ST_RDONLY else words


def _start(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a program; one that was just pushed may be open for writing in a child of a thread.

    Another thread's fork holds the descriptor until its exec: "text file busy", for a moment.
    """
    until = time.monotonic() + _BUSY_S
    while True:
        try:
            return subprocess.Popen(
                list(argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            if error.errno != errno.ETXTBSY or time.monotonic() >= until:
                raise
            time.sleep(_BUSY_POLL_S)


class LocalProcess:
    """A child process in a session of its own: Ctrl-C of the terminal does not reach it."""

    def __init__(self, argv: Sequence[str], stdin: bytes, *, live: bool = False) -> None:
        self.where = _WHERE
        self._is_live = live
        self._child = _start(argv)
        self._stdin = memoryview(stdin)
        self._lock = threading.Lock()
        self._closed = False
        self._selector = selectors.DefaultSelector()
        for pipe, name in ((self._child.stdout, "stdout"), (self._child.stderr, "stderr")):
            self._watch(pipe, selectors.EVENT_READ, name)
        if stdin:
            self._watch(self._child.stdin, selectors.EVENT_WRITE, "stdin")
        elif self._child.stdin and not live:
            self._child.stdin.close()

    def write(self, data: bytes) -> None:
        """Send a few bytes, no more than a pipe holds."""
        pipe = self._child.stdin
        try:
            if pipe is None or pipe.write(data) != len(data):
                raise BrokenPipeError
        except (OSError, ValueError):  # ValueError: closed meanwhile
            raise LinkError("the command has ended", where=_WHERE) from None

    def _watch(self, pipe: IO[bytes] | None, event: int, name: str) -> None:
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, event, name)

    def step(self, timeout_s: float) -> Chunk | None:
        """Move bytes that can be moved now, or within `timeout_s`; None at the end of output."""
        with self._lock:
            if self._closed:
                return None
            names = {key.data for key in self._selector.get_map().values()}
            return self._move(timeout_s) if names & {"stdout", "stderr"} else None

    def _move(self, timeout_s: float) -> Chunk:
        got = {"stdout": b"", "stderr": b""}
        for key, _ in self._selector.select(timeout_s):
            if key.data == "stdin":
                self._feed(key.fd)
                continue
            got[key.data] = os.read(key.fd, _PIECE_BYTES)
            if not got[key.data]:
                self._selector.unregister(key.fileobj)
        return Chunk(got["stdout"], got["stderr"])

    def _feed(self, descriptor: int) -> None:
        try:
            self._stdin = self._stdin[os.write(descriptor, self._stdin[:_PIECE_BYTES]) :]
        except BrokenPipeError:  # the command does not want the rest
            self._stdin = memoryview(b"")
        if not self._stdin and self._child.stdin:
            self._selector.unregister(self._child.stdin)
            if not self._is_live:
                self._child.stdin.close()

    def finish(self, timeout_s: float) -> int | None:
        """Return the exit status; None when a signal ended the command or it does not end."""
        try:
            code = self._child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None
        return code if code >= 0 else None

    def require_link(self) -> None:
        """Return: this machine is always there."""

    def close(self) -> None:
        """Kill what still runs of the command's own group and close the pipes."""
        # the kill ends a `step` of another thread soon; only then may the pipes be closed
        if self._child.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._child.pid, signal.SIGKILL)
            self._child.wait()
        with self._lock:
            self._closed = True
            self._selector.close()
            for pipe in (self._child.stdin, self._child.stdout, self._child.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
