"""A board's probed files to the sensors its runner shall read; pure, and decides by table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from harness.errors import MeterError
from harness.power import battery, hwmon, iio, odroid, pmic, powercap
from harness.power.rails import bare, mark_total

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.power.rail import Found, Rail, Source
    from harness.records.board import SensorFile

SOURCES: Mapping[str, Source] = {
    "hwmon": hwmon,
    "iio": iio,
    "powercap": powercap,
    "pmic": pmic,
    "odroid": odroid,
    "battery": battery,
}
# Each reading of an I2C chip may wait for a conversion: more rails than this disturb the work.
MAX_RAILS = 4


class Seen(Protocol):
    """What discovery needs of a probe; `sensor` is the inventory's wish: auto, none or an id."""

    @property
    def files(self) -> Mapping[str, str]: ...
    @property
    def model(self) -> str: ...
    @property
    def compatible(self) -> tuple[str, ...]: ...
    @property
    def sensor(self) -> str: ...


def discover(seen: Seen) -> tuple[tuple[SensorFile, ...], str]:
    """Return the sensors to read, or () and the words why there are none.

    `auto` takes the rails that make the board's total, else up to four single rails.
    """
    if seen.sensor == "none":
        return (), "switched off in boards.yaml (power: {sensor: none})"
    found = [source.find(seen.files) for source in SOURCES.values()]
    rails = [rail for one in found for rail in one.rails]
    board = " ".join([seen.model, *seen.compatible])
    total = mark_total(rails, board)
    if seen.sensor != "auto":
        return _named(seen.sensor, rails, total)
    sensors = total or tuple(rail.sensor for rail in rails[:MAX_RAILS])
    return sensors, "" if sensors else _absent(found, bare(board))


def labelled(files: Mapping[str, str], label: str) -> SensorFile:
    """Return the one rail that is called `label`, by its label, its id or its chip; MeterError."""
    rails = [rail for source in SOURCES.values() for rail in source.find(files).rails]
    found = [r for r in rails if label in {r.sensor.label, r.sensor.id, r.chip}]
    if len(found) == 1:
        return found[0].sensor
    names = ", ".join(rail.sensor.id for rail in found or rails) or "no sensor at all"
    raise MeterError(
        f"{len(found) or 'none'} of its sensors {'are' if found else 'is'} called {label!r}",
        do=f"write `hwmon:` as one of these: {names}",
    )


def _named(
    wish: str, rails: Sequence[Rail], total: Sequence[SensorFile]
) -> tuple[tuple[SensorFile, ...], str]:
    if total and wish == total[0].total:
        return tuple(total), ""
    # a rail of the total keeps the scope that the table gave it when it stands alone
    alone = [sensor for sensor in total if not sensor.total]
    sensors = {rail.sensor.id: rail.sensor for rail in rails} | {s.id: s for s in alone}
    if wish in sensors:
        return (sensors[wish],), ""
    names = [*dict.fromkeys(s.total for s in total if s.total), *sensors]
    return (), f"boards.yaml asks for sensor {wish!r}; here: {', '.join(names) or 'none'}"


def _absent(found: Sequence[Found], known: str) -> str:
    looked = ", ".join(one.looked_at for one in found)
    notes = [note for one in found for note in one.notes]
    return "; ".join([f"no power sensor: looked at {looked}", *notes, *([known] if known else [])])
