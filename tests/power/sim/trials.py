"""Configurations, trials with a fixed seed each, and how often the stated uncertainty holds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from harness.power.energy import board_energies
from tests.power.sim.plug import PSU_EFFICIENCY, read_plug
from tests.power.sim.plug import PSU_LOSS_W as LOSS_W
from tests.power.sim.sensors import Rail, Spans, read_ina, read_rapl
from tests.power.sim.truth import Load, Power, Timing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.records.measurement import Energy

_ORIN = "ina3221:VDD_GPU_SOC+VDD_CPU_CV+VIN_SYS_5V0"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A board, its sensors and its protocol. `plug` and `counter` take the rails' place."""

    words: str
    loads: tuple[Load, ...]
    rails: tuple[Rail, ...] = (Rail(),)
    timing: Timing = field(default_factory=Timing)
    plug: str = ""
    counter: bool = False
    # a step that nothing dithers is a bound: twice its standard deviation holds all there is
    is_bounded: bool = False


_AGX_RAILS = (
    Rail(label="VDD_GPU_SOC", volts=20.0, shunt_mohm=2.0, total=_ORIN),
    Rail(label="VDD_CPU_CV", volts=20.0, shunt_mohm=2.0, total=_ORIN),
    Rail(label="VIN_SYS_5V0", volts=5.0, shunt_mohm=2.0, total=_ORIN),
)


def _agx(noise_w: float) -> tuple[Load, ...]:
    """Three rails; the two of 20 V have a step of 400 mW and noise of their own."""
    ripple_w = 0.1 if noise_w > 0.05 else 0.01
    return (
        Load(idle_w=3.0, net_w=0.6, noise_w=noise_w, ripple_w=ripple_w),
        Load(idle_w=1.2, net_w=1.8, noise_w=noise_w, ripple_w=ripple_w),
        Load(idle_w=3.5, net_w=0.6),
    )


_WALL = Timing(windows=3, window_s=60.0, idle_s=60.0, others_s=4.0, lead_s=1.5, tail_s=0.2)
_NANO = Load(idle_w=2.0, net_w=0.5)
_ORIN_NANO = Load(idle_w=5.0, net_w=0.9)
_PLUGGED = Load(idle_w=6.0, net_w=7.0, noise_w=0.15, wander_w=0.05)

SETTINGS: Mapping[str, Setting] = {
    "orin-nano": Setting(words="Orin Nano: net 0.9 W, q 40 mW", loads=(_ORIN_NANO,)),
    "nano": Setting(words="Nano: net 0.5 W, q 40 mW", loads=(_NANO,)),
    "nano-r32": Setting(
        words="Nano under the old driver: means of 422 ms",
        loads=(_NANO,),
        rails=(Rail(label="POM_5V_IN", averages=True),),
    ),
    "orin-nano-quick": Setting(
        words="Orin Nano, profile quick: one window of 3 s",
        loads=(_ORIN_NANO,),
        timing=Timing(windows=1, window_s=3.0, idle_s=3.0, others_s=12.0),
    ),
    "agx-orin": Setting(
        words="AGX Orin: three rails, net 3 W, q 400, 400, 100 mW",
        loads=_agx(0.16),
        rails=_AGX_RAILS,
    ),
    "agx-orin-quiet": Setting(
        words="AGX Orin: noise of a fifth of a step",
        loads=_agx(0.08),
        rails=_AGX_RAILS,
        is_bounded=True,
    ),
    "agx-orin-still": Setting(
        words="AGX Orin: noise of a twentieth of a step",
        loads=_agx(0.02),
        rails=_AGX_RAILS,
        is_bounded=True,
    ),
    "below-zero": Setting(
        words="a rail that idles at 0.02 W and may read below zero: net 1 W, q 100 mW",
        loads=(Load(idle_w=0.02, net_w=1.0, noise_w=0.01, wander_w=0.002),),
        rails=(Rail(shunt_mohm=2.0),),
    ),
    "plug": Setting(
        words="plug, tenths of a watt: 8 W at the wall",
        loads=(_PLUGGED,),
        timing=_WALL,
        plug="shelly",
    ),
    "plug-whole": Setting(
        words="plug, whole watts: 8 W at the wall", loads=(_PLUGGED,), timing=_WALL, plug="tasmota"
    ),
    "rapl": Setting(
        words="RAPL-like counter that wraps: net 15 W",
        loads=(Load(idle_w=5.0, net_w=15.0, noise_w=0.5, tau_s=0.5, wander_w=0.1),),
        counter=True,
    ),
    "quiet": Setting(
        words="not resolved: net 0.03 W, q 40 mW",
        loads=(Load(idle_w=5.0, net_w=0.03, ripple_w=0.0),),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One trial: the truth, and what was stated of it."""

    gross_j: float
    net_j: float
    said: Energy


def trial(setting: Setting, seed: int) -> Outcome:
    """Run one item of a simulated session through what a run calls.

    Sensors of one seed have one gain and one zero, however long they are read.
    """
    rng = np.random.default_rng(seed)
    chips = np.random.default_rng([seed, 1]).spawn(len(setting.loads))
    before, work, after = setting.timing.spans()
    spans = Spans(before=before, work=work, after=after)
    powers = [Power(load, setting.timing, rng) for load in setting.loads]
    gross_j, net_j = sum(p.gross_j() for p in powers), sum(p.net_j() for p in powers)
    if setting.plug:
        said, refused = read_plug(setting.plug, powers[0], spans, chips[0])
        assert said is not None, refused
        seconds = sum(end - begin for begin, end in work)
        gross_j = LOSS_W * seconds + gross_j / PSU_EFFICIENCY
        return Outcome(gross_j=gross_j, net_j=net_j / PSU_EFFICIENCY, said=said)
    if setting.counter:
        read = [read_rapl(powers[0], spans, chips[0])]
    else:
        rails = zip(setting.rails, powers, chips, strict=True)
        read = [read_ina(rail, power, spans, chip) for rail, power, chip in rails]
    return Outcome(gross_j=gross_j, net_j=net_j, said=board_energies(read)[0])


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How often truth lay within the stated uncertainty (k = 2), and how wide that was.

    `ratio_*` is rms stated u over rms error, both at k = 1. `nets` counts trials with a net value,
    `uppers` those with an upper bound in its place.
    """

    trials: int
    gross: int
    nets: int
    net: int
    uppers: int
    upper: int
    ratio_gross: float
    ratio_net: float


def coverage(outcomes: Sequence[Outcome]) -> Coverage:
    """Count."""
    gross = [(o.said.energy_j - o.gross_j, o.said.u_j) for o in outcomes]
    net = [
        (o.said.energy_net_j - o.net_j, o.said.u_net_j)
        for o in outcomes
        if o.said.energy_net_j is not None and o.said.u_net_j is not None
    ]
    upper = [
        o.said.energy_net_upper_j >= o.net_j
        for o in outcomes
        if o.said.energy_net_upper_j is not None
    ]
    return Coverage(
        trials=len(outcomes),
        gross=_within(gross),
        nets=len(net),
        net=_within(net),
        uppers=len(upper),
        upper=sum(upper),
        ratio_gross=_ratio(gross),
        ratio_net=_ratio(net),
    )


def _within(pairs: Sequence[tuple[float, float]]) -> int:
    return sum(abs(error) <= u for error, u in pairs)


def _ratio(pairs: Sequence[tuple[float, float]]) -> float:
    if not pairs:
        return math.nan
    errors, stated = (math.sqrt(sum(p[i] ** 2 for p in pairs)) for i in (0, 1))
    return stated / 2 / errors
