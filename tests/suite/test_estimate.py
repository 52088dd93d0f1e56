"""Estimates: bounded by the budget, never below one round, nothing for skipped items."""

from __future__ import annotations

from dataclasses import replace

from harness.suite.estimate import estimate
from harness.suite.plan import plan
from tests.suite.fixtures import CATALOGUE, SENSOR, board, suite

NET = "{networks: [binarized_resnet18], schemes: [w1a1]}"


def test_budget_energy_and_skips() -> None:
    made = plan(suite(NET), [board()], CATALOGUE)
    plain = estimate(made)["pi5"]
    cut = replace(made, protocol=replace(made.protocol, budget_s=1.0, repetitions_max=100))
    assert estimate(cut)["pi5"] < plain
    watts = plan(suite(NET), [board(sensors=(SENSOR,))], CATALOGUE)
    assert estimate(watts)["pi5"] >= plain + made.protocol.energy_window_s
    skipped = plan(suite(NET), [], CATALOGUE, unreached={"dead": "why"})
    assert estimate(skipped) == {"dead": 0.0}
