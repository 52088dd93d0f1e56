"""Peers that are no dependency of ours: fetched once, unpacked in build/bench, never installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

HOME = Path(__file__).parents[2] / "build" / "bench" / "peers"
BNN_LAB = "1.0.0"


def fetch() -> None:
    """Try to bring every peer; what cannot be had is `unavailable` in the rows."""
    _wheel("bnn-lab", BNN_LAB)


def bnn_lab() -> Path | None:
    """Return its library, or None; its Python side wants torch, which nothing here needs."""
    return next(HOME.glob("bnn-lab/bnn/kernels/_binary_gemm_native*.so"), None)


def _wheel(name: str, version: str) -> None:
    folder = HOME / name
    if folder.is_dir():
        return
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    argv += ["--no-deps", "--only-binary", ":all:", "--dest", str(HOME), f"{name}=={version}"]
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    found = next(HOME.glob(f"{name.replace('-', '_')}-{version}-*.whl"), None)
    if done.returncode == 0 and found is not None:
        with zipfile.ZipFile(found) as wheel:
            wheel.extractall(folder)
