"""The two files that users copy: small, warning-free, and by hand as good as under the harness."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from harness.runtimes.sdk_files import sdk_files
from tests.kernels.runner_rig import Rig, Value, native
from tests.runtimes.external.kit import compile_with, folder, gemm

LINES_MAX = 150
DEPENDENCIES = {"gc", "os", "runpy", "sys", "time"}


@pytest.mark.parametrize("name", sdk_files())
def test_each_is_shorter_than_150_lines(name: str) -> None:
    assert len(sdk_files()[name].decode().splitlines()) < LINES_MAX


def test_the_module_is_python_3_6_and_the_standard_library() -> None:
    tree = ast.parse(sdk_files()["harness_worker.py"], feature_version=(3, 6))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert names == DEPENDENCIES
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]


@pytest.mark.parametrize("compiler", [("cc", "-std=gnu99", "-xc"), ("c++", "-std=c++11", "-xc++")])
def test_the_header_is_c_and_c_plus_plus(tmp_path: Path, compiler: tuple[str, ...]) -> None:
    source = tmp_path / "empty"
    source.write_text(
        '#include "harness_worker.h"\nstatic void infer(void *self) { (void)self; }\n'
        "int main(void) { int c = 0; struct harness_worker w = {infer, 0, &c, 4, "
        '"1", "fp32", 0, 0}; return harness_work(&w); }\n'
    )
    flags = ("-Wall", "-Wextra", "-Werror", "-O2", f"-I{folder()}")
    compile_with(*compiler, *flags, str(source), "-o", str(tmp_path / "out"))


def test_by_hand_it_says_that_nobody_listens(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(64))
    argv = [str(gemm()), str(tmp_path / "a"), str(tmp_path / "a"), "8", "8", "8"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
    assert "started by hand" in done.stderr
    argv[3] = "9"
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "has not 72 bytes" in done.stderr


PYTHON = """
import harness_worker
calls = []
def infer():
    calls.append(1)
    return b"1234"
harness_worker.work(infer, "test 1", "own", weights_bytes=7)
"""


@pytest.mark.parametrize("language", ["c", "python"])
def test_samples_and_windows_are_what_the_runner_asked_for(tmp_path: Path, language: str) -> None:
    rig = Rig(tmp_path, native())
    if language == "c":
        zeros = rig.blob(bytes(64))
        program = rig.blob(gemm().read_bytes())
        args = [f"blob:{program}", f"blob:{zeros}", f"blob:{zeros}", "8", "8", "8"]
        expected = rig.blob(bytes(4 * 64))
    else:
        module = rig.blob(sdk_files()["harness_worker.py"])
        args = [sys.executable, f"blob:{module}", f"blob:{rig.blob(PYTHON.encode())}"]
        expected = rig.blob(b"1234")
    item: dict[str, Value] = {
        "id": "p",
        "kind": "program",
        "arg": args,
        "expected": expected,
        "tolerance_ppm": 0,
        "energy_windows": 1,
        "energy_window_ns": 50_000_000,
    }
    done = rig.execute(rig.job("r1", [item]))
    assert done.final("p")["status"] == "done", done.final("p")
    sample = done.of("sample", "p")[0]
    assert len(sample["wall_ns"]) == 8
    assert min(sample["wall_ns"]) > 50_000
    assert sample["warmup"] >= 3
    assert sample["check_before"] is sample["check_after"] is True
    assert sample["executed"] == ("w8a8" if language == "c" else "own")
