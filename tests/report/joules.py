"""Rows with joules of chosen scopes, and a bridge between two of them."""

from __future__ import annotations

from typing import Any

from harness.records.bridge import Bridge, Level, Line, Source
from harness.records.item import Item
from harness.records.measurement import Energy, Measurement
from tests.helpers import measurements as made

NET = Item(
    kind="network",
    workload="squeezenet1_1",
    scheme="w8a8",
    shape="s",
    weights="trained",
    energy=True,
)
MODULE = Source(name="ina3221:VDD_IN", scope="module", gain=0.02, offset_w=0.04)
WALL = Source(name="meter:shelly", scope="wall", gain=0.03, offset_w=0.1)


def in_scope(scope: str, watts: float = 10.0, **changes: Any) -> Energy:
    """A minute at so many watts above 5 W of idleness, 600 inferences."""
    joules, net = watts * 60, (watts - 5.0) * 60
    sources = {"module": MODULE.name, "wall": WALL.name, "rails": "pmic", "board": "hwmon:ina226"}
    known: dict[str, Any] = {
        "source": sources.get(scope, scope),
        "scope": scope,
        "windows_ns": ((0, 60_000_000_000),),
        "inferences": 600,
        "energy_j": joules,
        "u_j": 0.04 * joules,
        "energy_net_j": net,
        "u_net_j": 0.05 * net,
        "idle_w": 5.0,
        "active_w": watts,
        "inferences_per_joule": 600 / joules,
        "inferences_per_joule_net": 600 / net,
    }
    return made.an_energy(**{**known, **changes})


def unresolved(scope: str, watts: float = 5.4) -> Energy:
    absent: dict[str, Any] = dict.fromkeys(
        ("energy_net_j", "u_net_j", "inferences_per_joule_net"), None
    )
    return in_scope(scope, watts, **absent, energy_net_upper_j=60.0)


def row(board: str, *energy: Energy, item: Item = NET, **changes: Any) -> Measurement:
    return made.a_measurement(item, board, energy=energy, **changes)


def a_bridge(board: str, **changes: Any) -> Bridge:
    """From the module to the wall: 1 W and 1.25 W for each watt, measured from 5 to 14 W."""
    known: dict[str, Any] = {
        "board": board,
        "board_id": f"id-{board}",
        "mode": "default",
        "run": "r1",
        "made": "2026-11-22T06:00:00Z",
        "own": MODULE,
        "meter": WALL,
        "ratio": 1.25,
        "u_ratio": 0.09,
        "u_ratio_noise": 0.01,
        "levels": (Level(load="idle", own_w=5, u_own_w=0.02, meter_w=7.25, u_meter_w=0.1),),
        "from_w": 5.0,
        "to_w": 14.0,
        "line": Line(
            a_w=1.0,
            b=1.25,
            var_a=1e-3,
            cov_ab=-1e-4,
            var_b=1e-5,
            chi_square=1.0,
            degrees=2,
            spread_w=0.0,
        ),
    }
    return Bridge(**{**known, **changes})
