"""Bring the runner and blobs onto a board, into the first directory where our binary runs.

Says hello through the pushed binary, which proves directory, bytes and architecture in one go.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ConfigError, ProtocolError, PushError
from harness.transport import storage
from harness.transport.frames import FrameReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.records.board import BoardEntry
    from harness.records.item import Blob
    from harness.transport.base import Transport

FALLBACKS = ("/var/tmp", "/tmp", "/dev/shm")  # noqa: S108 - places on the board, tried in this order
RUNNER_USAGE = 2
NOT_EXECUTABLE = 126
LOCK_DIRECTORY = "/run/lock"
# what must be left for the spools of a session after the runner is there
SPOOL_ROOM_BYTES = 2 << 20

# the name alone is never trusted, and a link or a pipe may be another file the next moment
_VERIFY = """
for p; do [ -f "$p" ] && [ ! -L "$p" ] && sha256sum "$p"; done
"""
# places that everybody may write to: a folder there that somebody else made can change under us
_FOREIGN = 'd=$1; [ -L "$d" ] || { [ -e "$d" ] && [ ! -O "$d" ]; }'
_WITHDRAW = 'rm -f "$1"; rmdir "${1%/*}" "$2/runs" "$2" 2>/dev/null'


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """Where the runner lies on the board and what it said of itself."""

    directory: str
    runner: str
    sha256: str
    lease: str
    hello: dict[str, object]


def deploy(
    transport: Transport, entry: BoardEntry, binary: Path, sha256: str, *, isa_mask: str = ""
) -> Deployed:
    """Push `binary` to the first directory where it runs; PushError names every attempt."""
    failures = []
    data = binary.read_bytes()
    for base in _candidates(transport, entry):
        directory = f"{base}/harness"
        runner = f"{directory}/{sha256}/runner"
        was_there = runner in _verified(transport, {runner: sha256})
        try:
            if not was_there:
                _push(transport, directory, runner, data)
            hello = _self_test(transport, runner, sha256, isa_mask)
            _require_room(transport, directory)
        except (PushError, ProtocolError) as error:
            failures.append(f"{directory}: {error.what}")
            if not was_there:
                transport.run(["sh", "-c", _WITHDRAW, "sh", runner, directory])
            continue
        lease = _lease(transport, entry)
        return Deployed(directory=directory, runner=runner, sha256=sha256, lease=lease, hello=hello)
    raise PushError(
        "the runner cannot be started in any directory: " + "; ".join(failures),
        where=entry.name,
        do="set `dir:` of this board to a writable directory on a file system without noexec",
    )


def _self_test(transport: Transport, runner: str, sha256: str, isa_mask: str) -> dict[str, object]:
    hello = say_hello(transport, runner, isa_mask=isa_mask)
    if hello.get("runner_sha256") != sha256:
        raise PushError("the runner there is not the one that was pushed")
    return hello


def _require_room(transport: Transport, directory: str) -> None:
    found = storage.look(transport, directory)
    if found.free_bytes is not None and found.free_bytes < SPOOL_ROOM_BYTES:
        words = ", ".join(found.words())
        raise PushError(
            f"no room for results beside the runner: {words}, {SPOOL_ROOM_BYTES} needed"
        )


def say_hello(transport: Transport, runner: str, *, isa_mask: str = "") -> dict[str, object]:
    """Return the runner's hello payload; ProtocolError when it is not one."""
    argv = [runner, "hello"] + (["--isa-mask", isa_mask] if isa_mask else [])
    done = transport.run(argv, timeout_s=60)
    reader = FrameReader()
    # line by line: what a board floods us with is not held twice
    for raw in io.BytesIO(done.stdout):
        frame = reader.feed(raw)
        if frame is not None and frame.payload.get("kind") == "hello":
            return dict(frame.payload)
    words = done.stderr.decode(errors="replace").strip()[-300:]
    if done.status == NOT_EXECUTABLE:
        words = ", ".join([words, *storage.look(transport, runner).words()])
    if done.status == RUNNER_USAGE:
        raise ConfigError(f"the runner refuses this: {words}", do="see --isa-mask")
    raise ProtocolError(f"no hello from {runner} (exit {done.status}): {words}")


def push_blobs(transport: Transport, deployed: Deployed, blobs: Iterable[Blob]) -> None:
    """Push the blobs the board does not hold yet; the runner verifies every one again."""
    wanted = {blob.sha256: blob for blob in blobs}
    paths = {f"{deployed.directory}/blobs/{sha}": sha for sha in wanted}
    if not paths:
        return
    transport.run(["mkdir", "-p", f"{deployed.directory}/blobs"])
    for path in sorted(set(paths) - _verified(transport, paths)):
        transport.put(wanted[paths[path]].data, path)


def _candidates(transport: Transport, entry: BoardEntry) -> Iterator[str]:
    if entry.dir is not None:
        yield entry.dir
        return
    done = transport.run(["sh", "-c", 'printf "%s" "$HOME"'])
    home = done.stdout.decode(errors="replace").strip()
    if home.startswith("/"):
        yield f"{home}/.cache"
    for base in FALLBACKS:
        if transport.run(["sh", "-c", _FOREIGN, "sh", f"{base}/harness"]).status != 0:
            yield base


def _push(transport: Transport, directory: str, runner: str, data: bytes) -> None:
    made = transport.run(["mkdir", "-p", str(Path(runner).parent), f"{directory}/runs"])
    if made.status != 0:
        words = made.stderr.decode(errors="replace").strip() or "mkdir failed"
        raise PushError(", ".join([words, *storage.look(transport, directory).words()]))
    transport.put(data, runner, mode=0o755)


def _verified(transport: Transport, wanted: dict[str, str]) -> set[str]:
    """Paths whose bytes on the board have the wanted sha256."""
    done = transport.run(["sh", "-c", _VERIFY, "sh", *wanted], timeout_s=120)
    good = set()
    for row in done.stdout.decode(errors="replace").splitlines():
        sha, _, path = row.partition("  ")
        if wanted.get(path) == sha:
            good.add(path)
    return good


def _lease(transport: Transport, entry: BoardEntry) -> str:
    if entry.dir is not None:
        return f"{entry.dir}/harness.lock"
    writable = transport.run(["sh", "-c", f"[ -w {LOCK_DIRECTORY} ]"]).status == 0
    return f"{LOCK_DIRECTORY if writable else '/tmp'}/harness.lock"  # noqa: S108 - on the board
