"""Which kinds of meters there are; a new one is its module, its line here and its test."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import MeterError
from harness.power.meters import command, joulescope, scpi, shelly, tasmota

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.power.meters.meter import Kind, Meter, Traits
    from harness.records.meter import MeterEntry

METERS: Mapping[str, Kind] = {
    "command": command,
    "joulescope": joulescope,
    "scpi": scpi,
    "shelly": shelly,
    "tasmota": tasmota,
}


def traits_of(entry: MeterEntry) -> Traits:
    """Return what is known of a meter, the user's own words before the kind's; opens nothing."""
    traits = _kind(entry).traits(entry)
    said = {
        key: value
        for key in ("scope", "gain", "quantum_w", "period_ms")
        if (value := getattr(entry, key)) is not None
    }
    return replace(traits, **said)


def open_meter(entry: MeterEntry) -> Meter:
    """Reach the meter; raises MeterError in words."""
    return _kind(entry).open_meter(entry)


def meter_id(entry: MeterEntry) -> str:
    """Return the name under which its joules are stored: no address, no serial number."""
    number = entry.element or (entry.channel or None)
    return f"meter:{entry.kind}" + (f":{number}" if number is not None else "")


def _kind(entry: MeterEntry) -> Kind:
    if entry.kind not in METERS:
        raise MeterError(
            f"a meter of the kind {entry.kind!r} is not read by the controller",
            where="boards.yaml",
            do=f"known here: {', '.join(METERS)}",
        )
    return METERS[entry.kind]
