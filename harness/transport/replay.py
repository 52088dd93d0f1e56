"""A Transport that answers from a recording instead of a board, and the recording's form on disk.

A recording is a folder with `replay.jsonl`, one answer a line. Nothing is run and nothing is
guessed: a command that was not recorded is an error.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ConfigError, LinkError
from harness.transport.base import Completed
from harness.transport.pump import LineBuffer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FILE = "replay.jsonl"
PREFIX = "replay:"  # a host of this form names a recording's folder
_CAP_BYTES = 64 << 20
# A script of ours names itself in its first line. Only that line stands in a recording, so that a
# recording outlives changes of the script: what counts is what the board answered.
SCRIPT_MARK = "# harness: "


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One line of a recording. `status` None: the command had none, as when the link was lost.

    `put` holds the path for bytes brought onto the board (`stdin_sha256` is theirs); `error` the
    words of a link that failed.
    """

    argv: tuple[str, ...] = ()
    stdin_sha256: str = ""
    status: int | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    put: str = ""
    error: str = ""


def short_argv(argv: Sequence[str]) -> tuple[str, ...]:
    """Return `argv` as recordings hold it: each script of ours by its first line."""
    return tuple(word.split("\n", 1)[0] if word.startswith(SCRIPT_MARK) else word for word in argv)


def sha256_of(data: bytes) -> str:
    """Return the sha256 of data that went to the board, "" for none."""
    return hashlib.sha256(data).hexdigest() if data else ""


def line_of(answer: Answer) -> str:
    """Return the JSON line of an answer, with its newline; outputs are base64."""
    data = asdict(answer)
    for name in ("stdout", "stderr"):
        data[name] = base64.b64encode(data[name]).decode("ascii")
    return json.dumps(data, sort_keys=True) + "\n"


def read_recording(folder: Path) -> list[Answer]:
    """Return all answers of a recording in order; ConfigError names the line that is wrong."""
    path = folder / FILE
    try:
        if path.stat().st_size > _CAP_BYTES:
            raise ConfigError(
                f"the recording has more than {_CAP_BYTES >> 20} MiB", where=str(path)
            )
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"no recording can be read: {error}", where=str(path)) from None
    return [_answer(line, f"{path}:{number}") for number, line in enumerate(lines, 1)]


def _answer(line: str, where: str) -> Answer:
    try:
        data = json.loads(line)
        return Answer(
            argv=tuple(_text(word) for word in data["argv"]),
            stdin_sha256=_text(data["stdin_sha256"]),
            status=_status(data["status"]),
            stdout=base64.b64decode(_text(data["stdout"]), validate=True),
            stderr=base64.b64decode(_text(data["stderr"]), validate=True),
            put=_text(data["put"]),
            error=_text(data["error"]),
        )
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ConfigError(f"this is no answer of a recording: {error}", where=where) from None


def _status(value: object) -> int | None:
    # bool is an int to isinstance
    if value is not None and type(value) is not int:
        raise TypeError(f"{value!r:.40} is no exit status")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value


def _as_asked_once(argv: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield a question, then the shorter ones that a script of ours may have been asked before.

    A script learns to look for more; what it did not look for then is not in its answer.
    """
    yield argv
    script = next((n for n, word in enumerate(argv) if word.startswith(SCRIPT_MARK)), len(argv))
    yield from (argv[:end] for end in range(len(argv) - 1, script + 1, -1))


class ReplayStream:
    """The lines of a recorded command."""

    def __init__(self, answer: Answer, where: str) -> None:
        self._answer = answer
        self._where = where
        self._ended = False
        self._closed = False

    def lines(self) -> Iterator[bytes]:
        """Yield the recorded lines; LinkError at the end where the recording has no status."""
        buffer = LineBuffer()
        for line in [*buffer.feed(self._answer.stdout), *buffer.end()]:
            if self._closed:
                return
            yield line
        if self._answer.status is None:
            words = self._answer.error or f"`{self._answer.argv[0]}` ended without an exit status"
            raise LinkError(words, where=self._where)
        self._ended = True

    def write(self, data: bytes) -> None:
        """Pass over what is sent: the lines are those of then."""

    def status(self) -> int | None:
        """Return the exit status once `lines` has ended."""
        return self._answer.status if self._ended else None

    def stderr(self) -> bytes:
        """Return the recorded stderr."""
        return self._answer.stderr

    def close(self) -> None:
        """Stop reading."""
        self._closed = True


class ReplayTransport:
    """A board's recorded answers; equal questions get them in order, the last one for good."""

    def __init__(self, folder: Path) -> None:
        self._where = str(folder)
        self._answers: dict[tuple[tuple[str, ...], str, str], deque[Answer]] = {}
        for answer in read_recording(folder):
            key = (answer.argv, answer.stdin_sha256, answer.put)
            self._answers.setdefault(key, deque()).append(answer)

    def run(self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 30.0) -> Completed:
        """Return the recorded answer; LinkError for a failed link and for what was not recorded."""
        del timeout_s  # a recording answers at once
        answer = self._find(short_argv(argv), stdin, "")
        if answer.error:
            raise LinkError(answer.error, where=self._where)
        return Completed(
            argv=tuple(argv), status=answer.status, stdout=answer.stdout, stderr=answer.stderr
        )

    def stream(
        self, argv: Sequence[str], *, stdin: bytes = b"", live: bool = False
    ) -> ReplayStream:
        """Return the recorded lines; LinkError for what was not recorded."""
        del live
        return ReplayStream(self._find(short_argv(argv), stdin, ""), self._where)

    def put(self, data: bytes, path: str, *, mode: int = 0o644) -> None:
        """Accept the very bytes that were recorded; LinkError for any other."""
        del mode
        answer = self._find((), data, path)
        if answer.error:
            raise LinkError(answer.error, where=self._where)

    def close(self) -> None:
        """Nothing to give up."""

    def _find(self, argv: tuple[str, ...], data: bytes, put: str) -> Answer:
        sha256 = sha256_of(data)
        found = (self._answers.get((words, sha256, put)) for words in _as_asked_once(argv))
        answers = next((one for one in found if one), None)
        if not answers:
            asked = f"putting {put}" if put else " ".join(argv)
            raise LinkError(
                f"not in the recording: {asked}",
                where=self._where,
                do="record it again: harness boards capture NAME",
            )
        return answers.popleft() if len(answers) > 1 else answers[0]
