"""Joules carried over a bridge: labelled, within their u, and only where the bridge reaches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from harness.power.bridge import bridge
from harness.power.bridged import across, bridged, refusal
from harness.records.bridge import Bridge
from harness.records.measurement import Energy, Measurement, Status
from tests.helpers import measurements as made
from tests.power.bridged import METER, NAMES, OWN, SECONDS, Drawn, an_energy, drawn, pairs, wall


def a_bridge(seed: int = 1, **changes: Any) -> Bridge:
    return replace(bridge(NAMES, OWN, METER, pairs(np.random.default_rng(seed))), **changes)


def later(rng: np.random.Generator, sees: Drawn, watts: float = 11.0) -> Energy:
    active, idle = (sees.gain * w + sees.zero_w + 0.02 * rng.normal() for w in (watts, 5.0))
    return an_energy(OWN, active_w=active, idle_w=idle, noise_w=0.02)


def a_row(*energy: Energy, **changes: Any) -> Measurement:
    known: dict[str, Any] = {"board_id": NAMES.board_id, "mode": NAMES.mode, "energy": energy}
    return made.a_measurement(**{**known, **changes})


OWN_J = an_energy(OWN, active_w=10.0, idle_w=5.0, noise_w=0.02)


def test_gross_and_net_come_over() -> None:
    found = across(a_bridge(), OWN_J)
    assert found is not None
    e = found.energy
    assert (e.scope, e.source) == ("wall", "bridged: ina3221:VDD_IN over meter:shelly")
    assert e.energy_j == pytest.approx(wall(10.0) * SECONDS, rel=0.02)
    assert e.active_w == pytest.approx(wall(10.0), rel=0.02)
    assert e.idle_w == pytest.approx(wall(5.0), rel=0.02)
    assert e.energy_net_j == pytest.approx(5.0 / 0.85 * SECONDS, rel=0.03)
    assert e.inferences_per_joule == pytest.approx(1000 / e.energy_j)
    # wider than the sensor's own, in shares: the bridge's uncertainty is in it
    assert e.u_j / e.energy_j > OWN_J.u_j / OWN_J.energy_j
    assert e.u_net_j is not None
    assert OWN_J.u_net_j is not None
    assert OWN_J.energy_net_j is not None
    assert e.u_net_j / (e.energy_net_j or 1) > OWN_J.u_net_j / OWN_J.energy_net_j


def test_the_truth_lies_within_what_is_stated() -> None:
    rng = np.random.default_rng(21)
    gross, net = [], []
    for _ in range(200):
        of = drawn(OWN, rng), drawn(METER, rng)
        made_of = bridge(NAMES, OWN, METER, pairs(rng, of=of))
        found = across(made_of, later(rng, of[0]))
        assert found is not None
        e = found.energy
        assert e.energy_net_j is not None
        assert e.u_net_j is not None
        gross.append((e.energy_j - wall(11.0) * SECONDS, e.u_j))
        net.append((e.energy_net_j - 6.0 / 0.85 * SECONDS, e.u_net_j))
    for errors in (gross, net):
        assert sum(abs(error) <= u for error, u in errors) >= 182
        stated = float(np.mean([u for _, u in errors])) / 2
        assert 0.7 <= stated / float(np.std([error for error, _ in errors])) <= 2.0


def test_an_upper_bound_stays_one() -> None:
    unresolved = replace(
        OWN_J,
        energy_net_j=None,
        u_net_j=None,
        energy_net_upper_j=9.0,
        inferences_per_joule_net=None,
    )
    found = across(a_bridge(), unresolved)
    assert found is not None
    assert found.energy.energy_net_j is None
    assert found.energy.energy_net_upper_j is not None
    assert found.energy.energy_net_upper_j > 9.0 / 0.85


@pytest.mark.parametrize(
    ("own", "changes", "words"),
    [
        (replace(OWN_J, active_w=40.0), {}, "40 W lies outside of the 5"),
        (replace(OWN_J, status=Status.INVALID), {}, "not believed"),
        (OWN_J, {"line": None, "line_refused": "only 2 levels"}, "only 2 levels"),
    ],
)
def test_what_no_bridge_carries_is_said(own: Energy, changes: dict[str, Any], words: str) -> None:
    assert across(a_bridge(**changes), own) is None
    assert words in refusal(a_bridge(**changes), own)


def test_what_it_carries_needs_no_words() -> None:
    assert refusal(a_bridge(), OWN_J) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"board_id": "another"},
        {"mode": "15W"},
        {"emulated": True},
        {"energy": (replace(OWN_J, source="ina3221:VDD_SOC"),)},
        {"energy": (replace(OWN_J, scope="board"),)},
        {"energy": ()},
        # what was measured there needs no bridge
        {"energy": (OWN_J, made.an_energy(source="meter:shelly", scope="wall"))},
    ],
)
def test_only_the_same_board_source_and_mode(changes: dict[str, Any]) -> None:
    assert len(bridged([a_bridge()], a_row(OWN_J))) == 1
    assert bridged([a_bridge()], a_row(**{"energy": (OWN_J,), **changes})) == ()


def test_the_newest_bridge_of_a_scope_counts() -> None:
    old, new = a_bridge(made="2026-01-01T00:00:00Z"), a_bridge(2, made="2026-02-01T00:00:00Z")
    board = a_bridge(3, meter=replace(METER, scope="board", name="meter:scpi"))
    found = bridged([new, board, old], a_row(OWN_J))
    assert [(b.bridge.made, b.energy.scope) for b in found] == [
        (new.made, "wall"),
        (board.made, "board"),
    ]
