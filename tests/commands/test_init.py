from __future__ import annotations

from typing import TYPE_CHECKING

from harness.runtimes.sdk_files import sdk_files
from tests.helpers.cli import User

if TYPE_CHECKING:
    from pathlib import Path


def test_the_sdk_is_copied_and_nothing_of_the_users_is_lost(tmp_path: Path) -> None:
    user = User(tmp_path)
    assert user.harness("init", "--sdk", "sdk").code == 0
    for name, data in sdk_files().items():
        assert (tmp_path / "sdk" / name).read_bytes() == data
    (tmp_path / "sdk" / "harness_worker.h").write_text("mine")
    again = user.harness("init", "--sdk", "sdk")
    assert again.code == 2
    assert "another file of that name is there" in again.err
    assert (tmp_path / "sdk" / "harness_worker.h").read_text() == "mine"
    assert user.harness("init", "--sdk", "sdk", "--force").code == 0
    assert user.harness("init", "--sdk", str(tmp_path / "sdk" / "harness_worker.h")).code == 2
