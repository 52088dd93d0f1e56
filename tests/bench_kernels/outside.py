"""Peers that are no dependency of ours: fetched once, unpacked in build/bench, never installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

HOME = Path(__file__).parents[2] / "build" / "bench" / "peers"
BNN_LAB = "1.0.0"
GGML = "0.0.45"


def fetch() -> None:
    """Try to bring every peer; what cannot be had is `unavailable` in the rows."""
    HOME.mkdir(parents=True, exist_ok=True)
    _wheel("bnn-lab", BNN_LAB)
    _built("ggml-python", GGML)


def bnn_lab() -> Path | None:
    """Return its library, or None; its Python side wants torch, which nothing here needs."""
    return next(HOME.glob("bnn-lab/bnn/kernels/_binary_gemm_native*.so"), None)


def ggml() -> Path | None:
    """Return the folder to import its Python side from, or None."""
    folder = HOME / "ggml-python"
    return folder if (folder / "ggml" / "lib" / "libggml.so").is_file() else None


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


def _built(name: str, version: str) -> None:
    """Compile a package for this CPU into a folder of its own: minutes, once."""
    folder = HOME / name
    if folder.is_dir() or shutil.which("cmake") is None:
        return
    argv = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    argv += ["--no-deps", "--target", str(folder), f"{name}=={version}"]
    options = {"CMAKE_ARGS": "-DGGML_NATIVE=ON -DGGML_OPENMP=OFF"}
    subprocess.run(argv, check=False, capture_output=True, env={**os.environ, **options})
