from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import excuse

ALLOWED = (
    "# comment\ntests/power/*: no RAPL here\ntests/x.py::test_*: : odd\nbroken line\n: empty\n"
)
ROOT = Path(__file__).parents[1]

INNER = """
import pytest
@pytest.fixture
def late():
    pytest.skip("no tool here")
def test_body():
    pytest.skip("no tool here")
@pytest.mark.skip(reason="no tool here")
def test_mark():
    pass
def test_fixture(late):
    pass
@pytest.mark.xfail(reason="known", strict=True)
def test_known():
    assert False
"""
MODULE = 'import pytest\npytest.skip("no tool here", allow_module_level=True)\n'


@pytest.mark.parametrize(
    ("nodeid", "reason", "excused"),
    [
        ("tests/power/test_a.py::test_b", "Skipped: no RAPL here, sorry", True),
        ("tests/power/test_a.py::test_b", "Skipped: something else", False),
        ("tests/stats/test_a.py::test_b", "Skipped: no RAPL here", False),
        ("tests/power/test_a.py::test_b", "no RAPL here; and no sshd", False),
        ("tests/power/test_a.py::test_b", "no RAPL here: emulated boards need root", False),
        ("tests/x.py::test_y", "broken line", False),
    ],
)
def test_only_named_skips_are_excused(nodeid: str, reason: str, *, excused: bool) -> None:
    assert excuse(nodeid, reason, ALLOWED) is excused


def _run(folder: Path, ci: str) -> tuple[int, str]:
    env = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null"]
    argv += ["--rootdir", str(folder), str(folder)]
    done = subprocess.run(argv, env=env, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize(("text", "refused"), [(INNER, 3), (MODULE, 1)])
def test_with_ci_a_skip_is_a_failure(tmp_path: Path, text: str, refused: int) -> None:
    hooks = "pytest_make_collect_report, pytest_runtest_makereport"
    (tmp_path / "conftest.py").write_text(f"from tests.conftest import {hooks}\n")
    (tmp_path / "test_inner.py").write_text(text)
    status, shown = _run(tmp_path, "true")
    assert status != 0
    assert "does not excuse it: Skipped: no tool here" in shown
    assert len(re.findall(r"^(?:FAILED|ERROR) ", shown, re.MULTILINE)) == refused
    status, shown = _run(tmp_path, "")
    assert status in (0, 5)
    assert "excuse" not in shown
