"""The runner for a target: ready-made in an installed wheel, built from source in a checkout."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ToolchainError
from harness.toolchain import build, targets
from harness.toolchain.build import Binary

if TYPE_CHECKING:
    from collections.abc import Callable

RUNNERS = Path(__file__).resolve().parents[1] / "_runners"
MANIFEST = "manifest.json"


def runner(target: str, *, progress: Callable[[str], None] | None = None) -> Binary:
    """Return the runner for `target`; raises ToolchainError when there is neither wheel nor source.

    A checkout's `kernels/` wins: whoever edits the C code measures what he edited. `progress` hears
    of each file that is compiled (the first build of a target takes half a minute).
    """
    targets.find(target)
    # a file of ours: beside an installed package there may be another package named kernels
    if (build.KERNELS / "isa" / "isa.def").is_file():
        return build.build(target=target, progress=progress)
    return ready_made(target)


def ready_made(target: str, folder: Path | None = None) -> Binary:
    """Return the runner that came with the wheel, after comparing it with the wheel's manifest."""
    root = folder or RUNNERS
    path = root / target / "runner"
    try:
        entry = json.loads((root / MANIFEST).read_text(encoding="utf-8"))["runners"][target]
        data = path.read_bytes()
        wanted = str(entry["sha256"])
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ToolchainError(
            f"this installation carries no runner for {target} ({error})",
            where=str(root),
            do="install a released wheel, or work from a checkout with the `toolchain` extra",
        ) from None
    sha256 = hashlib.sha256(data).hexdigest()
    if sha256 != wanted:
        raise ToolchainError(
            "the runner is not the one the manifest names",
            where=str(path),
            do="reinstall the package: a file of it was changed",
        )
    return Binary(path=path, sha256=sha256, size_bytes=len(data), target=target)
