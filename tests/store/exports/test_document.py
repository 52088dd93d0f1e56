"""JSON export."""

from __future__ import annotations

import json
from pathlib import Path

from harness.store.exports import document
from harness.store.reader import read_run
from tests.helpers import stores


def test_everything_is_in_one_document(tmp_path: Path) -> None:
    data = json.loads(document.render(read_run(stores.closed(tmp_path))))
    assert data["closed"] is True
    assert len(data["measurements"]) == len(data["plan"]["items"]) == 3
    assert data["measurements"][0]["latency_ns"]["ci95"]["of"] == "p25"
