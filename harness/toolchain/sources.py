"""Which C files make up a program for a target, and with which flags; compiles nothing.

A file `<name>__<isa>.c` is compiled with the flags of its token in `isa/isa.def`, and left out
where that token has no line for the target's architecture. Every other file gets the base flags.
"""

from __future__ import annotations

import hashlib
import re
import shlex
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from harness.errors import ToolchainError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from harness.toolchain.targets import Target

# program -> the folder whose main() would collide with its own
PROGRAMS = {"runner": "check", "check": "runner"}

BASE_FLAGS = (
    "-std=gnu11",
    "-g0",
    "-fPIE",
    "-ffunction-sections",
    "-fno-slp-vectorize",
    "-fdata-sections",
    "-fno-sanitize=undefined",
    "-fno-unwind-tables",
    "-fno-asynchronous-unwind-tables",
    # zig keeps frame pointers; nobody walks these stacks, and a kernel can use the register
    "-fomit-frame-pointer",
    "-Wall",
    "-Wextra",
    "-Werror",
    # an optimiser that cannot do what a pragma asks for is slow, not wrong
    "-Wno-error=pass-failed",
)

# what is never timed: a runner that is copied to every board should be small
SMALL = frozenset({"runner", "board", "isa", "cases", "check"})

_ISA = re.compile(
    r"^[ \t]*ISA\(\s*(\w+)\s*,\s*(any|x86_64|aarch64|arm|riscv64)\s*,"
    r'\s*([^,"]+?)\s*,\s*"([^"\n]*)"\s*\)',
    re.MULTILINE,
)
_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]+"([^"\n]+)"', re.MULTILINE)
_ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Source:
    """One file to compile: path within the kernels folder, all flags, digest of all it reads."""

    path: str
    flags: tuple[str, ...]
    digest: str


def parse_isa(text: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return {(token, architecture): flags} of an `isa.def`; `any` is every architecture."""
    return {
        (token, arch): tuple(shlex.split(flags)) for token, arch, _, flags in _ISA.findall(text)
    }


def collect(kernels: Path, target: Target, program: str) -> tuple[Source, ...]:
    """Return the files of `program` for `target`, sorted by path.

    Raises ToolchainError for an unknown program, a folder without C files, or a file whose
    token `isa.def` does not know at all (a misspelt suffix would silently drop a kernel).
    """
    if program not in PROGRAMS:
        raise ToolchainError(
            f"unknown program {program!r}", do=f"known programs: {', '.join(PROGRAMS)}"
        )
    table = _isa_table(kernels)
    digests = _Digests(kernels)
    found = tuple(_sources(kernels, target, PROGRAMS[program], table, digests))
    if not found:
        raise ToolchainError(
            "no C files for the runner", where=str(kernels), do="is this folder a whole checkout?"
        )
    return found


def _isa_table(kernels: Path) -> dict[tuple[str, str], tuple[str, ...]]:
    path = kernels / "isa" / "isa.def"
    return parse_isa(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _sources(
    kernels: Path,
    target: Target,
    left_out: str,
    table: dict[tuple[str, str], tuple[str, ...]],
    digests: _Digests,
) -> Iterator[Source]:
    for file in sorted(kernels.rglob("*.c")):
        path = file.relative_to(kernels)
        if path.parts[0] == left_out:
            continue
        extra = _flags(path, target, table)
        if extra is not None:
            flags = _merge(
                (*target.flags, *BASE_FLAGS, *_optimisation(path), *_unrolling(path)), extra
            )
            yield Source(path=path.as_posix(), flags=flags, digest=digests.of(file))


def _optimisation(path: Path) -> tuple[str, ...]:
    # an oracle is never tuned, and unrolling it would only cost room; of networks and of peaks only
    # the loops are that are made for each instruction set
    walks = path.parts[0] in {"nets", "peak"} and "__" not in path.stem
    small = path.parts[0] in SMALL or walks or path.stem.endswith("__ref")
    # zig takes -Oz for -Os, unless the compiler itself is told; joined at link time what is small
    # gets smaller, and what is timed stays as it was compiled
    return ("-Os", "-Xclang", "-Oz", "-flto") if small else ("-O3",)


def _unrolling(path: Path) -> tuple[str, ...]:
    # loops that must be unrolled say so, but those of the float tiles count on the compiler
    return () if path.parts[0] in {"float", "pack"} else ("-fno-unroll-loops",)


def _flags(
    path: Path, target: Target, table: dict[tuple[str, str], tuple[str, ...]]
) -> tuple[str, ...] | None:
    """Flags a file adds to the base, None when it is not for this target."""
    _, mark, token = path.stem.rpartition("__")
    if not mark:
        return ()
    if all(known != token for known, _ in table):
        raise ToolchainError(
            f"the suffix __{token} has no line in isa/isa.def",
            where=path.as_posix(),
            do='add ISA(token, architecture, needs, "flags") or correct the file name',
        )
    return table.get((token, target.arch), table.get((token, _ANY)))


def _merge(base: tuple[str, ...], extra: tuple[str, ...]) -> tuple[str, ...]:
    # one -mcpu only: zig takes the file's own instead of adding to the target's
    if any(flag.startswith("-mcpu=") for flag in extra):
        base = tuple(flag for flag in base if not flag.startswith("-mcpu="))
    return (*base, *extra)


class _Digests:
    """Digest of a file with everything it includes in quotes, each file read once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read = cache(self._load)

    def of(self, file: Path) -> str:
        """Return the digest of `file` and of its headers, however deep, in a fixed order."""
        seen: dict[Path, str] = {}
        waiting = [file]
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            digest, names = self._read(path)
            seen[path] = digest
            waiting.extend(self._resolve(path, name) for name in names)
        lines = sorted(f"{path.relative_to(self._root)} {digest}" for path, digest in seen.items())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def _load(self, path: Path) -> tuple[str, tuple[str, ...]]:
        data = path.read_bytes()
        names = tuple(name.decode() for name in _INCLUDE.findall(data))
        return hashlib.sha256(data).hexdigest(), names

    def _resolve(self, file: Path, name: str) -> Path:
        path = (file.parent / name).resolve()
        if path.is_file() and path.is_relative_to(self._root):
            return path
        raise ToolchainError(
            f'#include "{name}" is not a file of the kernels folder',
            where=file.relative_to(self._root).as_posix(),
        )
