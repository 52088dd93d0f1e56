"""F15: a runner that is faster than its board, or than any: V04, whatever it says of its peaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.faults import fake_runner
from tests.faults.ledger import witness

if TYPE_CHECKING:
    from tests.faults.fake_runner import Told

NANOSECOND = {"kind": "sample", "set": {"wall_ns": "[1,1,1]", "cpu_ns": "[1,1,1]"}}
ONE_EACH = {"kind": "sample", "set": {"iterations": "1"}}
# long samples of very many inferences: nothing is wrong with the clock, all with the speed
MANY_EACH = {"kind": "sample", "set": {"iterations": "1000000000000"}}

LIES: dict[str, list[dict[str, Any]]] = {
    "dead-code": [NANOSECOND, ONE_EACH, {"peaks": [{"unit": "w1a1", "ops_per_s": 2e12}]}],
    "many": [MANY_EACH, {"peaks": [{"unit": "w1a1", "ops_per_s": 2e12}]}],
    "no-peak": [MANY_EACH],
    "absurd-peak": [MANY_EACH, {"peaks": [{"unit": "w1a1", "ops_per_s": 1e30}]}],
    "endless-peak": [MANY_EACH, {"peaks": [{"unit": "w1a1", "ops_per_s": 1e308}]}],
    "other-peak": [MANY_EACH, {"peaks": [{"unit": "w8a8", "ops_per_s": 2e12}]}],
    "zero-peak": [MANY_EACH, {"peaks": [{"unit": "w1a1", "ops_per_s": 0}]}],
    "negative-peak": [MANY_EACH, {"peaks": [{"unit": "w1a1", "ops_per_s": -2e12}]}],
    "word-peak": [MANY_EACH, {"peaks": [{"unit": "w1a1", "ops_per_s": "much"}]}],
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One run: a board for every lie about speed."""
    return fake_runner.run(tmp_path_factory.mktemp("speed"), LIES)


@pytest.mark.parametrize("name", LIES)
def test_impossible_speed_is_invalid_whatever_the_peaks_say(told: Told, name: str) -> None:
    row = told.rows[name]
    assert row["status"] == "INVALID"
    assert "V04" in told.codes(name)
    # what was sent is kept, and shown nowhere as a number
    shown = next(line for line in told.ended.out.splitlines() if f" {name} " in line)
    assert shown.startswith("INVALID")
    assert "/s" not in shown
    if name in {"absurd-peak", "endless-peak", "zero-peak", "negative-peak", "word-peak"}:
        assert "peak_share" not in row


def test_a_time_below_the_step_of_the_clock_is_no_time(told: Told) -> None:
    assert "V22" in told.codes("dead-code")
    words = told.words("dead-code")
    assert "this board's own peak" in words
    witness(
        "F15",
        on="this machine, a runner that lies",
        saw=f"{len(LIES)} ways to be too fast, 1 ns a sample and absurd, missing or broken peaks"
        " among them: INVALID by V04 each",
    )
