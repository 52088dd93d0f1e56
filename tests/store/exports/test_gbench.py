"""Google Benchmark JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.store.exports import gbench
from harness.store.reader import read_run
from tests.helpers import stores


def test_one_entry_per_repetition(tmp_path: Path) -> None:
    data = json.loads(gbench.render(read_run(stores.closed(tmp_path))))
    assert len(data["benchmarks"]) == 6
    first = data["benchmarks"][0]
    assert first["real_time"] == pytest.approx(7_620_950)
    assert first["time_unit"] == "ns"
    assert data["context"]["num_cpus"] == 4
