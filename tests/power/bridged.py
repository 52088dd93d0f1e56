"""A board whose own sensor and meter are known to follow each other, with noise and gains drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.power.bridge import Names, Pair
from harness.records.bridge import Source
from harness.records.measurement import Energy, Reason, Status

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

NAMES = Names(board="orin", board_id="id-orin", mode="MAXN", run="r1", made="2026-11-22T06:00:00Z")
OWN = Source(name="ina3221:VDD_IN", scope="module", gain=0.02, offset_w=0.04)
METER = Source(name="meter:shelly", scope="wall", gain=0.03, offset_w=0.1)
LOADS = {"one core": 7.0, "two cores": 9.0, "all cores": 14.0}  # the sensor's true watts
IDLE_W = 5.0
SECONDS = 180.0


def wall(own_w: float) -> float:
    """What a supply of 85 % with 1.2 W of its own draws."""
    return 1.2 + own_w / 0.85


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """The gain and zero that one source happens to have in one trial."""

    gain: float = 1.0
    zero_w: float = 0.0


def drawn(source: Source, rng: np.random.Generator) -> Drawn:
    """Draw them from what the source states."""
    return Drawn(gain=1 + source.gain * rng.normal(), zero_w=source.offset_w * rng.normal())


def pairs(
    rng: np.random.Generator,
    *,
    own: Source = OWN,
    meter: Source = METER,
    of: tuple[Drawn, Drawn] = (Drawn(), Drawn()),
    noise_w: tuple[float, float] = (0.02, 0.06),
    true: Callable[[float], float] = wall,
    loads: dict[str, float] | None = None,
) -> list[Pair]:
    """Return what both sources say of all loads, around one pair of idle windows."""
    noise = [
        {name: sigma * rng.normal() for name in ("idle", *(loads or LOADS))} for sigma in noise_w
    ]

    def said(side: int, name: str, source: Source, true_w: float, idle_w: float) -> Energy:
        sees = of[side]
        active, idle = (
            sees.gain * watts + sees.zero_w + noise[side][key]
            for watts, key in ((true_w, name), (idle_w, "idle"))
        )
        return an_energy(source, active_w=active, idle_w=idle, noise_w=noise_w[side])

    return [
        Pair(
            load=name,
            own=said(0, name, own, watts, IDLE_W),
            meter=said(1, name, meter, true(watts), true(IDLE_W)),
        )
        for name, watts in (loads or LOADS).items()
    ]


def an_energy(
    source: Source, *, active_w: float, idle_w: float, noise_w: float, seconds: float = SECONDS
) -> Energy:
    """An entry as energy.py states it: u of gross and of net from noise, zero and gain, k = 2."""
    net_w = active_w - idle_w
    u_w = math.hypot(noise_w, source.offset_w, source.gain * active_w)
    u_net_w = math.hypot(noise_w, noise_w, source.gain * net_w)
    known = {
        "source": source.name,
        "scope": source.scope,
        "status": Status.OK,
        "windows_ns": ((0, round(seconds * 1e9)),),
        "inferences": 1000,
        "energy_j": active_w * seconds,
        "u_j": 2 * u_w * seconds,
        "idle_w": idle_w,
        "active_w": active_w,
        "inferences_per_joule": 1000 / (active_w * seconds),
    }
    if net_w < 3 * u_net_w:
        reason = Reason(rule="not resolved", words="net power not resolved")
        upper = (max(0.0, net_w) + 2 * u_net_w) * seconds
        return Energy(**known, reasons=(reason,), energy_net_upper_j=upper)  # type: ignore[arg-type]
    return Energy(
        **known,  # type: ignore[arg-type]
        energy_net_j=net_w * seconds,
        u_net_j=2 * u_net_w * seconds,
        inferences_per_joule_net=1000 / (net_w * seconds),
    )
