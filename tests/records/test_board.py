"""Boards: what holds without being written down."""

from __future__ import annotations

from harness.records.board import LOCAL, BoardEntry, SensorFile


def test_a_board_may_not_be_tuned_unless_said() -> None:
    entry = BoardEntry(name=LOCAL)
    assert (entry.tune, entry.become, entry.host, entry.root) == (False, "none", None, "/")


def test_a_sensor_has_an_uncertainty_by_default() -> None:
    sensor = SensorFile(id="s", kind="power", path="/p", scale=1e-6, scope="module", label="VDD")
    assert sensor.gain > 0
