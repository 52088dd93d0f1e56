from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from harness.toolchain.turn import turn

if TYPE_CHECKING:
    from pathlib import Path

_PATIENCE_S = 30.0
_HOLD = """
import sys
from pathlib import Path
from harness.toolchain.turn import turn
with turn(Path(sys.argv[1]), lambda: None):
    print("held", flush=True)
    sys.stdin.readline()
"""


class Other:
    """A thread that wants the same turn, and notes what happens to it."""

    def __init__(self, folder: Path) -> None:
        self.waited, self.entered = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, args=(folder,))

    def _run(self, folder: Path) -> None:
        with turn(folder, self.waited.set):
            self.entered.set()


def test_a_thread_waits_for_another_thread(tmp_path: Path) -> None:
    other = Other(tmp_path / "home")
    with turn(tmp_path / "home", pytest.fail):
        other.thread.start()
        assert other.waited.wait(_PATIENCE_S)
        assert not other.entered.is_set()
    other.thread.join(_PATIENCE_S)
    assert other.entered.is_set()


def test_a_process_waits_for_another_process_and_survives_its_death(tmp_path: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    with holder:
        assert holder.stdout.readline() == b"held\n"
        other = Other(tmp_path)
        other.thread.start()
        assert other.waited.wait(_PATIENCE_S)
        assert not other.entered.is_set()
        holder.kill()
    other.thread.join(_PATIENCE_S)
    assert other.entered.is_set()


def test_folders_do_not_hinder_each_other_and_an_error_frees(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), turn(tmp_path / "a", pytest.fail):
        raise ZeroDivisionError
    with turn(tmp_path / "a", pytest.fail), turn(tmp_path / "b", pytest.fail):
        pass
