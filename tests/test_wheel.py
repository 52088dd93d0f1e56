"""The wheel as a user gets it: built in a copy, installed where no compiler is, run from there."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness import __version__
from harness.boards.target import target_of_machine
from harness.toolchain.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PARTS = ("harness", "kernels", "suites", "Makefile", "pyproject.toml", ".gitignore")
PAPERS = ("LICENSE", "README.md", "THIRD_PARTY.md")


@dataclass(frozen=True, kw_only=True)
class Installed:
    """A wheel, and an environment that holds it and what it depends on."""

    wheel: Path
    copy: Path
    home: Path
    python: Path

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment far away from any checkout."""
        environment = {"HOME": str(self.home), "PATH": os.environ["PATH"]}
        return subprocess.run(
            [self.python.with_name(argv[0]), *argv[1:]],
            cwd=self.home,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def installed() -> Iterator[Installed]:
    """Build and install once; half a gigabyte, so it does not stay."""
    with tempfile.TemporaryDirectory(prefix="harness-wheel-") as folder:
        root = Path(folder)
        copy = _copy(root / "copy")
        _make_wheel(copy)
        (wheel,) = (copy / "dist").glob("*.whl")
        venv = root / "venv"
        _quiet(sys.executable, "-m", "venv", str(venv))
        python = venv / "bin" / "python"
        _quiet(str(python), "-m", "pip", "install", "--disable-pip-version-check", str(wheel))
        home = root / "home"
        home.mkdir()
        yield Installed(wheel=wheel, copy=copy, home=home, python=python)


def _copy(target: Path) -> Path:
    target.mkdir()
    leave = shutil.ignore_patterns("__pycache__", "_runners")
    for name in (*PARTS, *PAPERS):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=leave)
        else:
            shutil.copy2(source, target / name)
    return target


def _make_wheel(copy: Path) -> None:
    # this environment has the toolchain already: the copy needs none of its own
    _quiet("make", "-C", str(copy), "wheel", "INSTALLED=", f"BIN={Path(sys.executable).parent}")


def _quiet(*argv: str) -> None:
    # an outer make's flags are not meant for the inner one
    environment = {k: v for k, v in os.environ.items() if k not in {"MAKEFLAGS", "MFLAGS"}}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{argv}\n{done.stdout}\n{done.stderr}"


def _manifest(wheel: Path) -> dict[str, dict[str, object]]:
    with zipfile.ZipFile(wheel) as archive:
        manifest = json.loads(archive.read("harness/_runners/manifest.json"))
    runners: dict[str, dict[str, object]] = manifest["runners"]
    return runners


def test_the_wheel_carries_a_runner_for_every_target(installed: Installed) -> None:
    runners = _manifest(installed.wheel)
    assert set(runners) == set(TARGETS)
    with zipfile.ZipFile(installed.wheel) as archive:
        for target, entry in runners.items():
            data = archive.read(f"harness/_runners/{target}/runner")
            assert hashlib.sha256(data).hexdigest() == entry["sha256"]
            assert len(data) == entry["size_bytes"]


def test_the_wheel_carries_what_a_run_needs_and_no_source_of_runners(installed: Installed) -> None:
    names = set(zipfile.ZipFile(installed.wheel).namelist())
    assert "harness/_suites/local.yaml" in names
    assert "harness/runtimes/workers/onnxruntime_worker.py" in names
    assert "harness/runtimes/sdk/harness_worker.h" in names
    assert not {name for name in names if name.startswith(("kernels/", "tests/"))}


def test_the_checkout_is_left_without_ready_made_runners(installed: Installed) -> None:
    assert not (installed.copy / "harness" / "_runners").exists()


def test_the_environment_has_no_compiler(installed: Installed) -> None:
    assert installed.run("python", "-c", "import ziglang").returncode != 0
    assert installed.run("harness", "--version").stdout == f"harness {__version__}\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the board `local` is a Linux machine")
def test_a_run_from_the_wheel_uses_its_own_runner(installed: Installed) -> None:
    # what a busy machine does to the numbers is not the question here
    options = ("-k", "gemm", "--no-report", "--wait", "5m", "--fail-on", "FAILED,TIMEOUT,INFRA")
    done = installed.run("harness", "run", "@local", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    (lines,) = (installed.home / "results").glob("**/measurements.jsonl")
    rows = [json.loads(line) for line in lines.read_text().splitlines()]
    assert rows
    wanted = _manifest(installed.wheel)[target_of_machine(platform.machine())]["sha256"]
    assert {row["build"]["runner"] for row in rows} == {wanted}
