from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.boards.inventory import load_inventory
from harness.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

PLAIN = "{command: [./x], protocol: plain, check: unchecked}"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HARNESS_CONFIG", str(tmp_path / "none"))
    return tmp_path


def test_a_project_file_is_enough(here: Path) -> None:
    (here / "harness.yaml").write_text(f"externals:\n  mine: {PLAIN}\n")
    found = load_inventory().entries["local"].externals["mine"]
    assert found.command == ("./x",)
    assert (found.workload, found.schemes, found.check) == ("mine", ("own",), "unchecked")
    assert found.folder == str(here)
    assert found.where == "harness.yaml:2:19"


def test_a_board_may_have_another_program_of_that_name(here: Path) -> None:
    own = "{command: [/opt/x], protocol: plain, check: {golden: g.bin}}"
    (here / "boards.yaml").write_text(
        f"externals:\n  mine: {PLAIN}\nboards:\n"
        f"  pi: {{host: pi, externals: {{mine: {own}}}}}\n  other: {{host: o}}\n"
    )
    entries = load_inventory().entries
    assert entries["pi"].externals["mine"].command == ("/opt/x",)
    assert entries["pi"].externals["mine"].golden == "g.bin"
    assert entries["other"].externals["mine"].command == ("./x",)
    assert entries["local"].externals["mine"].command == ("./x",)


def test_one_name_for_two_programs_is_an_error(here: Path) -> None:
    (here / "boards.yaml").write_text(f"boards: {{}}\nexternals:\n  mine: {PLAIN}\n")
    (here / "harness.yaml").write_text(f"externals:\n  mine: {PLAIN}\n")
    with pytest.raises(ConfigError, match=r"'mine' is also declared at boards\.yaml:3:19"):
        load_inventory()


def test_a_project_file_beside_a_strangers_suite_is_not_read(here: Path) -> None:
    theirs = here / "theirs"
    theirs.mkdir()
    (theirs / "harness.yaml").write_text(f"externals:\n  mine: {PLAIN}\n")
    assert load_inventory(theirs / "suite.yaml").entries["local"].externals == {}
