"""Cross-compiles the C programs of the checkout; every object and program is named by its content.

Objects and programs lie in the user's cache; nothing is written into the checkout. A build in
which nothing changed only hashes the sources and starts no compiler. Who wants a target that is
being built waits for it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ToolchainError
from harness.toolchain import sources, targets, zig
from harness.toolchain.turn import turn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

KERNELS = Path(__file__).resolve().parents[2] / "kernels"

# 1: objects by source, headers and flags (2026-11)
_LAYOUT = 1


@dataclass(frozen=True, kw_only=True)
class Binary:
    """A program for one target; the sha256 is that of the file's bytes."""

    path: Path
    sha256: str
    size_bytes: int
    target: str


def build(
    *,
    target: str,
    program: str = "runner",
    progress: Callable[[str], None] | None = None,
    kernels_dir: Path | None = None,
) -> Binary:
    """Return `program` (`runner` or `check`) for `target`, compiled when its sources changed.

    `progress` is told one line per file that is compiled, from one thread at a time.
    Raises ToolchainError for an unknown target, a missing zig, or with the compiler's words.
    """
    say = progress or _silent
    machine = targets.find(target)
    kernels = (kernels_dir or KERNELS).resolve()
    files = sources.collect(kernels, machine, program)
    version = zig.version()
    keys = [_key("object", version, s.path, s.digest, *s.flags) for s in files]
    linked = _key("program", version, *machine.flags, *zig.LINK_FLAGS, *keys)
    home = zig.cache_root().absolute() / "build" / machine.name
    final = home / "programs" / linked / program
    ready = _verified(final, target)
    if ready is not None:
        return ready
    with turn(home, lambda: say(f"waiting for another build for {target}")):
        # it may have been made meanwhile
        ready = _verified(final, target)
        if ready is not None:
            return ready
        objects = _compile(kernels, files, keys, home / "objects", say)
        say(f"link {program} for {target}")
        _link(objects, machine, final)
        ready = _verified(final, target)
    if ready is None:
        raise ToolchainError("the program that was just built is gone", where=str(final))
    return ready


def _silent(_: str) -> None:
    pass


def _key(*parts: str) -> str:
    text = "\0".join((str(_LAYOUT), *parts))
    return hashlib.sha256(text.encode()).hexdigest()


def _verified(program: Path, target: str) -> Binary | None:
    """The program when it lies there whole: the hash beside it must agree."""
    try:
        data = program.read_bytes()
        wanted = _hash_file(program).read_text(encoding="ascii")
    except OSError:
        return None
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != wanted:
        return None
    return Binary(path=program, sha256=sha256, size_bytes=len(data), target=target)


def _hash_file(program: Path) -> Path:
    return program.with_name(program.name + ".sha256")


def _compile(
    kernels: Path,
    files: Iterable[sources.Source],
    keys: Iterable[str],
    objects: Path,
    say: Callable[[str], None],
) -> list[Path]:
    """Compile what is missing, several files at a time; returns the objects in the files' order."""
    objects.mkdir(parents=True, exist_ok=True)
    pairs = [(file, objects / f"{key}.o") for file, key in zip(files, keys, strict=True)]
    missing = [(file, path) for file, path in pairs if not path.is_file()]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        jobs = [(file, pool.submit(_object, kernels, file, path)) for file, path in missing]
        try:
            for count, (file, job) in enumerate(jobs, start=1):
                job.result()
                say(f"[{count}/{len(missing)}] {file.path}")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [path for _, path in pairs]


def _object(kernels: Path, file: sources.Source, final: Path) -> None:
    with tempfile.TemporaryDirectory(dir=final.parent, prefix="tmp-") as scratch:
        made = Path(scratch) / "out.o"
        zig.compile_object(kernels, file.path, file.flags, made)
        made.replace(final)


def _link(objects: list[Path], machine: targets.Target, final: Path) -> None:
    final.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=final.parent, prefix="tmp-") as scratch:
        # linked under plain names: the linker must not see keys, and the order is the sources' own
        copies = [Path(scratch) / f"{index:03}.o" for index in range(len(objects))]
        for source, copy in zip(objects, copies, strict=True):
            shutil.copyfile(source, copy)
        made = Path(scratch) / final.name
        zig.link([Path(copy.name) for copy in copies], machine.flags, made)
        made.chmod(0o755)
        digest = hashlib.sha256(made.read_bytes()).hexdigest()
        note = Path(scratch) / "sha256"
        note.write_text(digest, encoding="ascii")
        # the note comes last: a program without one counts as absent
        made.replace(final)
        note.replace(_hash_file(final))
