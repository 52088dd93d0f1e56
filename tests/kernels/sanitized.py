"""Checkers that end where C leaves off: gcc's sanitizers on x86, trapping ones of zig elsewhere."""

from __future__ import annotations

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harness.toolchain import sources, targets
from harness.toolchain.build import KERNELS, build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OFF = "-fno-sanitize=undefined"
_TRAP = ("-fsanitize=undefined", "-fsanitize-trap=undefined")
_GCC = (
    *("-std=gnu11", "-O1", "-g", "-w", "-fno-omit-frame-pointer"),
    *("-fsanitize=address,undefined", "-fno-sanitize-recover=all"),
)


def zig_trapping(target: str) -> Path:
    """Return the checker of a target in which undefined behaviour is SIGILL or SIGTRAP."""
    with _base_flags(*(flag for flag in sources.BASE_FLAGS if flag != _OFF), *_TRAP):
        return build(target=target, program="check").path


def gcc_sanitized(folder: Path) -> Path | None:
    """Compile the x86 checker with ASan and UBSan into a folder; None where there is no gcc."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    files = sources.collect(KERNELS, targets.find("x86_64"), "check")
    jobs = [(file, folder / f"{number:03}.o") for number, file in enumerate(files)]

    def compiled(job: tuple[sources.Source, Path]) -> Path:
        file, made = job
        # the target's own words are zig's; what an instruction set adds is everybody's
        isa = [flag for flag in file.flags if flag.startswith("-m") and "cpu=" not in flag]
        argv = [gcc, *_GCC, *isa, "-c", str(KERNELS / file.path), "-o", str(made)]
        subprocess.run(argv, check=True)
        return made

    with ThreadPoolExecutor(max_workers=2) as pool:
        objects = list(pool.map(compiled, jobs))
    program = folder / "check"
    argv = [gcc, "-fsanitize=address,undefined", *map(str, objects), "-lm", "-o", str(program)]
    subprocess.run(argv, check=True)
    return program


@contextmanager
def _base_flags(*flags: str) -> Iterator[None]:
    kept = sources.BASE_FLAGS
    sources.BASE_FLAGS = flags  # type: ignore[assignment]
    try:
        yield
    finally:
        sources.BASE_FLAGS = kept
