"""`harness boards capture`: asks a board everything a probe asks, and writes a redacted archive."""

from __future__ import annotations

import getpass
import platform
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from harness.commands.console import note, out
from harness.errors import HarnessError

if TYPE_CHECKING:
    from harness.boards.capture import About
    from harness.records.board import BoardEntry
    from harness.transport.base import Transport
    from harness.transport.replay import Answer

# asked beside the recording: what is answered must not be in it
_WHO = "id -un; uname -n; printf '%s\\n' \"$HOME\""


def capture(entry: BoardEntry, archive: Path | None) -> None:
    """Record a board's answers, redact them, and write the archive."""
    from harness.boards.capture import redact_about, slug, write_archive
    from harness.boards.redact import redact_answer, secrets_of
    from harness.transport.registry import open_transport
    from harness.transport.replay import read_recording

    transport = open_transport(entry)
    try:
        # only the redacted form ever leaves this folder
        with tempfile.TemporaryDirectory(prefix="harness-capture-") as folder:
            about, private = _record(entry, transport, Path(folder))
            answers = read_recording(Path(folder))
        secrets = secrets_of([*private, *_who(transport)])
    finally:
        transport.close()
    about = redact_about(about, secrets)
    path = archive or Path(f"{slug(about)}.tar.gz")
    write_archive(path, about, [redact_answer(answer, secrets) for answer in answers])
    _say(path, about, answers)


def _record(
    entry: BoardEntry, transport: Transport, folder: Path
) -> tuple[About, tuple[str | None, ...]]:
    """Ask and record; return how it was asked, and the private words that are known."""
    from harness.boards.capture import About
    from harness.boards.families.table import family_of
    from harness.boards.probe import probe
    from harness.boards.target import target_of
    from harness.session.deploy import deploy, say_hello
    from harness.toolchain.find import runner
    from harness.transport.record import RecordingTransport

    recording = RecordingTransport(transport, folder)
    # asked as any remote board: the harness's own interpreter is no property of a board
    seen = probe(recording, replace(entry, host=entry.host or entry.name))
    family, module = family_of(seen)
    about = About(
        model=module.model(seen),
        family=family,
        root=entry.root,
        sensor=entry.sensor,
        runtimes=entry.runtimes,
    )
    private = (entry.host, entry.user, entry.jump, seen.machine_id, seen.serial, platform.node())
    try:
        binary = runner(target_of(seen), progress=note)
        deployed = deploy(transport, entry, binary.path, binary.sha256)
        say_hello(recording, deployed.runner)
    except HarnessError as error:
        return replace(about, missing=error.what), private
    return replace(about, runner=deployed.runner), private


def _who(transport: Transport) -> list[str]:
    done = transport.run(["sh", "-c", _WHO])
    words = done.stdout.decode("utf-8", "replace").splitlines()
    return [*words, *(word.rpartition("/")[2] for word in words), getpass.getuser()]


def _say(path: Path, about: About, answers: list[Answer]) -> None:
    from harness.boards.capture import slug

    size = path.stat().st_size
    out(f"{path}  {about.model} ({about.family})  {len(answers)} answers, {size} bytes")
    if about.missing:
        note(f"without the runner's hello: {about.missing}")
    note(
        "taken out: hosts, users, serial numbers, ids, addresses, home folders; look through it"
        f" before you give it away. A replay test: unpack it as tests/golden/boards/{slug(about)}/"
    )
