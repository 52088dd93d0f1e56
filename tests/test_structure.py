"""The floor plan, held by tests: who includes whom, sizes, mirrors, and a light start."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HARNESS = ROOT / "harness"
KERNELS = ROOT / "kernels"
LINES_MAX = 500
MEDIAN_MAX = 110

# room of kernels/ -> rooms its files may include; a folder that is not named here is a family
FAMILY = frozenset({"pack", "include"})
MAY_INCLUDE = {
    "include": frozenset[str](),
    "isa": frozenset({"include"}),
    "pack": frozenset({"include"}),
    "cases": frozenset({"include", "isa", "pack"}),
    "board": frozenset({"include", "isa"}),
    "peak": frozenset({"include", "isa"}),
    "nets": frozenset({"include", "isa", "pack", "families"}),
    "runner": frozenset(
        {"include", "isa", "pack", "families", "cases", "board", "peak", "nets"},
    ),
}
_SEES_ALL = "check"
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)

HEAVY = ("numpy", "pandas", "scipy", "onnx", "onnxruntime", "paramiko", "matplotlib")

# Where a tracked file may not point: somebody's machine, or where packages come from. The brackets
# keep this file from being found itself.
_PLACES = re.compile(
    r"(?<![\w.])/(?:h[o]me/(?!user\b|bench\b)\w|U[s]ers/\w|r[o]ot/\w|w[o]rk/\w)"
    r"|p[y]thonhosted\.org|p[y]pi\.(?:org|python)|r[e]gistry\.npmjs"
)


def _tracked() -> list[Path]:
    """Files git tracks or would track; in a tree without git, all files of our folders."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return [path for name in done.stdout.splitlines() if (path := ROOT / name).is_file()]
    folders = (HARNESS, KERNELS, ROOT / "suites", ROOT / "tests", ROOT / "docs")
    return [path for folder in folders for path in folder.rglob("*") if path.is_file()]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def _ours(folder: Path, *suffixes: str) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in suffixes
        and "__pycache__" not in path.parts
        and "_runners" not in path.parts
    )


def test_includes_point_down_the_floor_plan() -> None:
    wrong = []
    for path in _ours(KERNELS, ".c", ".h", ".def"):
        room = path.relative_to(KERNELS).parts[0]
        for name in _INCLUDE.findall(path.read_text(encoding="utf-8")):
            other = (path.parent / name).resolve()
            assert other.is_relative_to(KERNELS), f"{path}: {name} leaves kernels/"
            seen = other.relative_to(KERNELS).parts[0]
            kind = seen if seen in MAY_INCLUDE or seen == _SEES_ALL else "families"
            allowed = MAY_INCLUDE.get(room, FAMILY)
            if room not in (seen, _SEES_ALL) and kind not in allowed:
                wrong.append(f"{path.relative_to(ROOT)} includes {name}")
    assert not wrong, "\n".join(wrong)


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {}
    for path in _tracked():
        if path.suffix in {".py", ".c", ".h", ".def", ".sh", ".html", ".css", ".js"}:
            count = len(_text(path).splitlines())
            if count > LINES_MAX:
                long[str(path.relative_to(ROOT))] = count
    assert not long


def test_the_median_file_is_short() -> None:
    counts = [len(_text(path).splitlines()) for path in _ours(HARNESS, ".py")]
    median = statistics.median(counts)
    assert median <= MEDIAN_MAX, f"median of {len(counts)} files: {median} lines"


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in _ours(HARNESS, ".py")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_every_test_folder_mirrors_a_room() -> None:
    rooms = {path.name for path in HARNESS.iterdir() if (path / "__init__.py").is_file()}
    others = {"faults", "verdicts", "helpers", "virtual", "golden", "data"}
    others |= {
        "kernels",
        "bench_common",
        "bench_kernels",
        "bench_networks",
        "count_kernels",
        "count_networks",
    }
    folders = {path.name for path in (ROOT / "tests").iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders <= rooms | others
    assert rooms <= folders | others


def test_no_file_points_at_a_machine_or_a_registry() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0)}"
        for path in _tracked()
        if (match := _PLACES.search(_text(path)))
    ]
    assert not found, "\n".join(found)


def test_imports_point_down_the_floor_plan() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["harness.cli", "harness.commands.run"])
def test_the_command_line_starts_without_heavy_packages(module: str) -> None:
    code = f"import sys, {module}; print(*sorted(set(sys.modules) & {set(HEAVY)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
