"""Bencher metric format."""

from __future__ import annotations

import json

from harness.store.exports import bencher
from tests.helpers import measurements as made
from tests.helpers import stores


def test_only_ok_items_with_bounds() -> None:
    data = json.loads(bencher.render(made.a_run(stores.rows(), stores.ITEMS)))
    assert len(data) == 2
    measure = next(iter(data.values()))["latency"]
    assert measure["lower_value"] < measure["value"] < measure["upper_value"]
