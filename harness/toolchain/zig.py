"""The door to zig: how it is called, which version it is, and what its words mean when it fails."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ToolchainError

if TYPE_CHECKING:
    from collections.abc import Sequence

# Static, and without relocations: they would be a tenth of the program. Unwind tables: those of the
# C library, which zig builds with these flags; nothing here unwinds. -Os is for that library alone.
LINK_FLAGS = (
    *("-static", "-no-pie", "-s", "-Os", "-Wl,--gc-sections", "-flto", "-Wl,--build-id=none"),
    *("-fno-unwind-tables", "-fno-asynchronous-unwind-tables"),
)

_INSTALL = "pip install 'lowbit-edge-harness[toolchain]'"
_WORDS_MAX = 4000


def cache_root() -> Path:
    """Return the user's cache folder of the harness (`HARNESS_CACHE`, else ~/.cache/harness)."""
    given = os.environ.get("HARNESS_CACHE")
    return Path(given) if given else Path.home() / ".cache" / "harness"


def version() -> str:
    """Return the version of the installed zig; ToolchainError says how to install one."""
    try:
        return importlib.metadata.version("ziglang")
    except importlib.metadata.PackageNotFoundError:
        raise ToolchainError(
            "the cross-compiler is not installed (Python package `ziglang`)", do=_INSTALL
        ) from None


def compile_object(kernels: Path, source: str, flags: Sequence[str], output: Path) -> None:
    """Compile one file, named relative to `kernels`: no folder's name gets into the object."""
    # -ffile-prefix-map: should a path be made absolute on the way, it still reads the same
    argv = [*flags, f"-ffile-prefix-map={kernels}=.", "-c", source, "-o", str(output)]
    _cc(argv, cwd=kernels, where=source)


def link(objects: Sequence[Path], target_flags: Sequence[str], output: Path) -> None:
    """Link a static, stripped program."""
    argv = [*target_flags, *LINK_FLAGS, *map(str, objects), "-lm", "-o", str(output)]
    _cc(argv, cwd=output.parent, where=f"link of {output.name}")


def _cc(argv: list[str], *, cwd: Path, where: str) -> None:
    zig_cache = str(cache_root().absolute() / "zig")
    environment = {
        **os.environ,
        "ZIG_GLOBAL_CACHE_DIR": zig_cache,
        "ZIG_LOCAL_CACHE_DIR": zig_cache,
    }
    try:
        done = subprocess.run(
            [sys.executable, "-m", "ziglang", "cc", *argv],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError as error:
        raise ToolchainError(f"zig cannot be started: {error}", where=where, do=_INSTALL) from None
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip()
        raise ToolchainError(
            f"zig cc failed ({done.returncode}):\n{words[:_WORDS_MAX]}", where=where
        )
