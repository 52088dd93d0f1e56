"""Which kinds of meters there are; a new one is its module, its line here and its test."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import MeterError
from harness.power.meters import another, command, jetson, joulescope, scpi, shelly, tasmota
from harness.power.parts import MIN_READINGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.power.meters.meter import Kind, Meter, Traits
    from harness.records.meter import MeterEntry

METERS: Mapping[str, Kind] = {
    "board": another,
    "command": command,
    "joulescope": joulescope,
    "scpi": scpi,
    "shelly": shelly,
    "tasmota": tasmota,
    "tegrastats": jetson,
}


def traits_of(entry: MeterEntry) -> Traits:
    """Return what is known of a meter, the user's own words before the kind's; opens nothing."""
    return as_said(entry, _kind(entry).traits(entry))


def as_said(entry: MeterEntry, traits: Traits) -> Traits:
    """Return traits with the user's own words in their place.

    No window is shorter than ten readings and a few take.
    """
    said = {
        key: value
        for key in ("scope", "gain", "quantum_w", "period_ms")
        if (value := getattr(entry, key)) is not None
    }
    traits = replace(traits, **said)
    least_s = 1.2 * MIN_READINGS * traits.period_ms / 1e3
    window_s = traits.minimum_window_s if entry.window_s is None else entry.window_s
    return replace(traits, minimum_window_s=max(window_s, least_s))


def open_meter(entry: MeterEntry) -> Meter:
    """Reach the meter; raises MeterError in words."""
    return _kind(entry).open_meter(entry)


def meter_id(entry: MeterEntry) -> str:
    """Return the name under which its joules are stored: no address, no serial number."""
    number = entry.element or (entry.channel or None)
    more = re.sub(r"[^A-Za-z0-9._+-]", "_", entry.hwmon) if entry.hwmon else number
    return f"meter:{entry.kind}" + (f":{more}" if more is not None else "")


def meter_ids(entries: Sequence[MeterEntry]) -> tuple[str, ...]:
    """Return a name for each meter of a board; equal ones are numbered in the order given."""
    names = [meter_id(entry) for entry in entries]
    return tuple(
        f"{name}.{names[:n].count(name) + 1}" if names.count(name) > 1 else name
        for n, name in enumerate(names)
    )


def _kind(entry: MeterEntry) -> Kind:
    if entry.kind not in METERS:
        raise MeterError(
            f"a meter of the kind {entry.kind!r} is not read by the controller",
            where="boards.yaml",
            do=f"known here: {', '.join(METERS)}",
        )
    return METERS[entry.kind]
