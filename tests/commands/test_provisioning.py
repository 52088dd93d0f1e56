"""`run --provision` over SSH: a real runtime from pip's index, measured, and cleaned away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.helpers.cli import User

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.sshd import Server


@pytest.mark.sshd
def test_a_runtime_is_brought_used_and_taken_away(tmp_path: Path, openssh_server: Server) -> None:
    user = User(tmp_path)
    user.know(openssh_server, "far", dir=str(tmp_path / "board"))
    user.suite("far", "  - {networks: [squeezenet1_1], schemes: [fp32], runtimes: [ncnn]}")
    ended = user.harness("run", "suite.yaml", "--dry-run", "--provision")
    assert "SKIPPED" in ended.out, ended.err
    assert "python3 -m pip install ncnn==" in ended.out
    assert not list(tmp_path.glob("board/harness/runtimes"))

    ended = user.harness("run", "suite.yaml", "--no-report", "--provision")
    assert "far: installing ncnn==" in ended.err
    (row,) = user.rows()
    assert row["status"] in {"OK", "SUSPECT"}, row["reasons"]
    assert row["check"]["passed"]
    (place,) = tmp_path.glob("board/harness/runtimes/ncnn-*")
    assert row["build"]["runtime"] in place.name

    ended = user.harness("boards", "--clean")
    assert f"far: runtime {place.name} removed" in ended.out
    assert not list(tmp_path.glob("board/harness/runtimes"))
