"""F13: a runner that never stops talking: memory stays bounded, nothing blocks, nothing counts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.faults import fake_runner
from tests.faults.ledger import witness

if TYPE_CHECKING:
    from pathlib import Path

LIMIT_BYTES = 200 << 20
LIMIT_S = 120.0  # far from what it takes, near enough to tell a deadlock

FLOODS = {
    "stderr": "50 MB on stderr",
    "endless": "a line of 200 MB without end",
    "junk": "a million lines of junk",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_costs_neither_memory_nor_the_truth(tmp_path: Path, flood: str) -> None:
    lies: dict[str, list[fake_runner.Lie]] = {
        "alone": [{"flood": flood, "alone": True}],
        "before": [{"flood": flood}],
    }
    began = time.monotonic()
    told = fake_runner.run(tmp_path, lies)
    took_s = time.monotonic() - began
    assert told.rows["alone"]["status"] == "INFRA"
    assert "ended before this item was closed" in told.words("alone")
    fake_runner.assert_no_number(told.rows["alone"])
    # frames that verify are the truth, whatever noise lies between them; an endless line eats
    # the first frame, and with it the order
    if flood == "endless":
        assert told.rows["before"]["status"] == "INFRA"
        fake_runner.assert_no_number(told.rows["before"])
    else:
        assert told.rows["before"]["status"] in {"OK", "SUSPECT"}
    assert told.ended.code == 5
    assert told.grown_bytes < LIMIT_BYTES
    assert took_s < LIMIT_S
    witness(
        "F13",
        on="this machine, a runner that lies",
        saw=f"{FLOODS[flood]}, on two boards at once: no number, the controller grew by"
        f" {told.grown_bytes >> 20} MiB in {took_s:.0f} s",
    )


def test_a_flood_instead_of_a_hello_is_no_runner(tmp_path: Path) -> None:
    lies = {flood: [{"flood": flood, "in": "hello", "alone": True}] for flood in FLOODS}
    told = fake_runner.run(tmp_path, lies)
    for row in told.rows.values():
        assert row["status"] == "INFRA"
        fake_runner.assert_no_number(row)
    assert "printed more than 64 MiB" in told.words("endless")
    assert told.grown_bytes < LIMIT_BYTES
    witness(
        "F13",
        on="this machine, a runner that lies",
        saw="each of the three instead of a hello: INFRA, the controller grew by"
        f" {told.grown_bytes >> 20} MiB",
    )
