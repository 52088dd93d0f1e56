"""Set-ups that give a board watts, by price, and the smallest net watts each of them resolves.

The table of docs/POWER.md is made here, from gain, step and noise. What a meter is like comes from
its kind; the noise of a board and of a meter and the prices are assumptions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.power.meters.table import traits_of
from harness.records.meter import MeterEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.power.meters.meter import Traits

WINDOW_S = 60.0
RESOLVED = 3  # net power below so many of its own uncertainties is not a value
# the watts of a board under steady work wander by so much, with so long a memory
BOARD_NOISE_W, MEMORY_S = 0.08, 1.0
GOOD = 0.10  # of net watts, k = 2


@dataclass(frozen=True, kw_only=True)
class Setup:
    """One way to watts. `noise_w` is the meter's own, in one reading; `price` a rough order."""

    group: str
    name: str
    how: str
    price: str
    entry: MeterEntry
    noise_w: float

    @property
    def traits(self) -> Traits:
        """What is known of its meter."""
        return traits_of(self.entry)


# A supply's input carries its ripple and the steps of the meter's chip: a plug reads rougher.
SETUPS: Sequence[Setup] = (
    Setup(
        group="1 smart plug",
        name="smart plug that shows whole watts",
        how="`meter: {tasmota: http://plug.lan}`",
        price="tens",
        entry=MeterEntry(kind="tasmota", target="http://plug.lan"),
        noise_w=0.3,
    ),
    Setup(
        group="1 smart plug",
        name="smart plug that shows tenths of a watt",
        how="`meter: {shelly: http://plug.lan}`",
        price="tens",
        entry=MeterEntry(kind="shelly", target="http://plug.lan"),
        noise_w=0.3,
    ),
    Setup(
        group="2 DC side",
        name="inline USB-C or DC meter with a log",
        how="`meter: {command: ...}`",
        price="tens",
        entry=MeterEntry(kind="command", target="true"),
        noise_w=0.02,
    ),
    Setup(
        group="2 DC side",
        name="INA226 on a Raspberry Pi",
        how="`meter: {board: pi-meter, hwmon: ina226}`",
        price="tens",
        entry=MeterEntry(kind="board", target="pi-meter", hwmon="ina226"),
        noise_w=0.02,
    ),
    Setup(
        group="2 DC side",
        name="DC supply or multimeter with SCPI",
        how="`meter: {scpi: TCPIP::supply.lan::INSTR, query: [...]}`",
        price="hundreds",
        entry=MeterEntry(kind="scpi", target="TCPIP::supply.lan::INSTR", queries=("MEAS:POW?",)),
        noise_w=0.01,
    ),
    Setup(
        group="3 laboratory",
        name="laboratory power meter (WT3xx)",
        how="`meter: {scpi: TCPIP::wt310.lan::INSTR, element: 1}`",
        price="thousands",
        entry=MeterEntry(kind="scpi", target="TCPIP::wt310.lan::INSTR", element=1),
        noise_w=0.005,
    ),
)


def u_mean_w(traits: Traits, noise_w: float, window_s: float = WINDOW_S) -> float:
    """Return the noise of a mean over one window, k = 1: readings that remember, and steps.

    s * sqrt((1+A)/(1-A)/n) with A = exp(-period/memory), and q/sqrt(12), which averaging takes away
    only where the noise exceeds half a step (more careful than what judges a measurement: that sees
    the readings, this only guesses how they will scatter).
    """
    spread = math.hypot(BOARD_NOISE_W, noise_w)
    period_s = traits.period_ms / 1e3
    kept = math.exp(-period_s / MEMORY_S)
    effective = max(1.0, window_s / period_s * (1 - kept) / (1 + kept))
    step = traits.quantum_w / math.sqrt(12)
    if spread > traits.quantum_w / 2:
        step /= math.sqrt(effective)
    return math.hypot(spread / math.sqrt(effective), step)


def smallest_net_w(setup: Setup, share: float = 1 / RESOLVED, window_s: float = WINDOW_S) -> float:
    """Return the net watts whose own uncertainty (k = 1) is `share` of them, inf where none are.

    A window of work and one of idleness: u^2 = 2 u_mean^2 + (g P)^2, solved for P at u = share * P.
    With the usual share that is P_net >= 3 u_net: resolved.
    """
    traits = setup.traits
    left = share * share - traits.gain * traits.gain
    if left <= 0:
        return math.inf
    return math.sqrt(2) * u_mean_w(traits, setup.noise_w, window_s) / math.sqrt(left)


def cheapest(net_w: float | None, scope: str | None = None) -> Setup | None:
    """Return the cheapest set-up that resolves so many net watts (None: not known) in that scope.

    None where no set-up does.
    """
    fitting = [s for s in SETUPS if scope in (None, s.traits.scope)]
    if net_w is not None:
        fitting = [s for s in fitting if smallest_net_w(s) <= net_w]
    return fitting[0] if fitting else None


def table() -> str:
    """Return the rows of the table in docs/POWER.md."""
    head = (
        "",
        "set-up",
        "boards.yaml",
        "price class, EUR",
        "scope",
        "gain, 1 sigma",
        "step",
        "resolves from",
        "to 10 % from",
    )
    rule = f"|{'---|' * len(head)}"
    return "\n".join((_line(head), rule, *(_line(_row(one)) for one in SETUPS)))


def _row(setup: Setup) -> Sequence[str]:
    traits = setup.traits
    good = smallest_net_w(setup, GOOD / 2)
    return (
        setup.group,
        setup.name,
        setup.how,
        setup.price,
        traits.scope,
        f"{traits.gain * 100:g} %",
        f"{traits.quantum_w * 1e3:g} mW",
        f"{smallest_net_w(setup):.2g} W net",
        "never" if math.isinf(good) else f"{good:.2g} W net",
    )


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
