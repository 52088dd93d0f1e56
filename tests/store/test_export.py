"""The table of formats."""

from __future__ import annotations

from pathlib import Path

import pytest

import harness.store.exports
from harness.errors import ConfigError
from harness.store.export import EXPORTS, export
from harness.store.reader import read_run
from tests.helpers import stores


def test_every_module_is_in_the_table() -> None:
    folder = Path(next(iter(harness.store.exports.__path__)))
    modules = {p.stem for p in folder.glob("*.py")} - {"__init__"}
    assert {str(getattr(e, "__name__", "")).split(".")[-1] for e in EXPORTS.values()} == modules


@pytest.mark.parametrize("form", EXPORTS)
def test_every_format_renders_the_same_twice(tmp_path: Path, form: str) -> None:
    run = read_run(stores.closed(tmp_path))
    assert export(run, form) == export(run, form) != ""


def test_an_unknown_format_lists_the_known(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        export(read_run(stores.closed(tmp_path)), "xls")
    assert "csv" in caught.value.do
