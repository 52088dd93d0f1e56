"""Puts ready-made runners where the wheel picks them up: `make wheel` runs it, no user does."""

from __future__ import annotations

import json
import shutil
import sys
from typing import TYPE_CHECKING

from harness import __version__
from harness.toolchain import zig
from harness.toolchain.build import Binary, build
from harness.toolchain.find import MANIFEST, RUNNERS
from harness.toolchain.targets import TARGETS

if TYPE_CHECKING:
    from pathlib import Path


def write(binaries: list[Binary], folder: Path) -> None:
    """Write `<target>/runner` of each binary and the manifest that names their hashes."""
    shutil.rmtree(folder, ignore_errors=True)
    for binary in binaries:
        place = folder / binary.target / "runner"
        place.parent.mkdir(parents=True)
        shutil.copyfile(binary.path, place)
        place.chmod(0o755)
    manifest = {
        "version": __version__,
        "zig": zig.version(),
        "runners": {b.target: {"sha256": b.sha256, "size_bytes": b.size_bytes} for b in binaries},
    }
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def main() -> None:
    """Build the runner of every target into the package folder."""
    write([build(target=name, progress=_say) for name in TARGETS], RUNNERS)


def _say(words: str) -> None:
    sys.stderr.write(f"{words}\n")


if __name__ == "__main__":
    main()
