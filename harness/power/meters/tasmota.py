"""Plugs that run Tasmota: `Status 8`, which says its power in whole watts unless WattRes is set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.errors import MeterError
from harness.power.meters.http import get_json
from harness.power.meters.meter import Sample, Traits, Value, checked, stamped

if TYPE_CHECKING:
    from harness.records.meter import MeterEntry

_PAGE = "/cm?cmnd=Status%208"


def traits(entry: MeterEntry) -> Traits:
    """About one update a second and, unless the user says better, steps of one watt."""
    del entry
    return Traits(
        scope="wall", gain=0.03, quantum_w=1.0, period_ms=1000, lag_ms=1000, minimum_window_s=60.0
    )


def open_meter(entry: MeterEntry) -> Tasmota:
    """Ask it once; raises MeterError."""
    meter = Tasmota(entry.target)
    meter.read()
    return meter


class Tasmota:
    """One plug."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._where = f"{base.rstrip('/')}{_PAGE}"

    def read(self) -> Sample:
        """Ask the plug once."""
        return stamped(lambda: parse(get_json(self._base, _PAGE), self._where))

    def close(self) -> None:
        """Every request had a connection of its own."""


def parse(data: Mapping[str, object], where: str) -> Value:
    """Return `StatusSNS.ENERGY.Power`; raises MeterError when the reply does not hold it."""
    status = data.get("StatusSNS")
    energy = status.get("ENERGY") if isinstance(status, Mapping) else None
    if not isinstance(energy, Mapping) or "Power" not in energy:
        raise MeterError(
            "the reply has no `StatusSNS.ENERGY.Power`",
            where=where,
            do="is it a plug with a power meter, and does it want a password?",
        )
    return Value(checked(energy["Power"], where=where, name="Power"))
