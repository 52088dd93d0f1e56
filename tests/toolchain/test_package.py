from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from harness import __version__
from harness.toolchain import build, find, package, zig

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_written_is_what_find_reads(kernels: Path, own_cache: Path, tmp_path: Path) -> None:
    made = build.build(target="x86_64", kernels_dir=kernels)
    folder = tmp_path / "_runners"
    (folder / "old").mkdir(parents=True)
    package.write([made], folder)
    found = find.ready_made("x86_64", folder)
    assert found.sha256 == made.sha256
    assert os.access(found.path, os.X_OK)
    assert not (folder / "old").exists()
    manifest = json.loads((folder / find.MANIFEST).read_text())
    assert manifest["version"] == __version__
    assert manifest["zig"] == zig.version()
