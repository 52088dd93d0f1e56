"""Power monitors of the hwmon class: energy before power before volts times amperes.

Knows what must not be taken: shunt voltages (in4-6 of an INA3221 are microvolts), sums of shunts
(in7, curr4), disconnected channels (NC), USB-C supplies (negotiated values, not measured ones).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.config.tree import number
from harness.power.rail import MAX_W, Found, Rail, denied, sensor_id
from harness.records.board import SensorFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEVICE = re.compile(r"(/.*/hwmon[0-9]+)/([a-z]+)([0-9]+)_(input|average)")
_NOT_METERS = re.compile(
    r"_source_psy|battery|charger|usbpd|^BAT|^CMB|^AC|^ADP|rp1_adc|rpi_volt|soctherm", re.IGNORECASE
)
# Its numbers count the firmware's list: power1 and energy1 may be two different things.
_BY_LABEL = "scmi_sensors"
_INA3221_CHANNELS = (1, 2, 3)
# INA3221: shunt step 40 uV, so one step of power is V * 40 uV / R
_SHUNT_STEP_UV = 40.0
_INA_GAIN = 0.02  # chip 0.25 % and shunt 1 %, rounded up
_OTHER_GAIN = 0.05  # a chip nobody has looked at
_INA2XX_QUANTUM_W = 0.025
_MIN_PERIOD_MS = 100
_MAX_PERIOD_MS = 2000


def find(files: Mapping[str, str]) -> Found:
    """Return all rails of all monitors; pure."""
    devices: dict[str, set[tuple[str, int]]] = {}
    for path in files:
        match = _DEVICE.fullmatch(path)
        if match:
            key = (match.group(2), int(match.group(3)))
            devices.setdefault(match.group(1), set()).add(key)
    names = {device: files.get(f"{device}/name", "unnamed") for device in devices}
    rails: list[Rail] = []
    notes: list[str] = []
    for device, quantities in sorted(devices.items()):
        if _NOT_METERS.search(names[device]) or _is_supply(files, device):
            continue
        rails += _rails(files, device, names[device], quantities)
        notes += _denied(files, device, quantities)
    words = ", ".join(sorted(set(names.values()))) or "none"
    return Found(rails=_distinct(rails), looked_at=f"hwmon ({words})", notes=tuple(notes))


def _rails(
    files: Mapping[str, str], device: str, chip: str, quantities: set[tuple[str, int]]
) -> list[Rail]:
    if chip == "ina3221":
        # only in1-3 with curr1-3 are rails: what lies above are shunt voltages and sums
        return [r for n in _INA3221_CHANNELS for r in _product(files, device, chip, n)]
    rails: list[Rail] = []
    covered: set[str | int] = set()
    for kind, make in (("energy", _energy), ("power", _power), ("curr", _product)):
        for n in sorted(n for word, n in quantities if word == kind):
            key = _label(files, device, kind, n) if chip == _BY_LABEL else n
            found = list(make(files, device, chip, n)) if key not in covered else []
            rails += found
            covered |= {key} if found else set()
    return rails


def _is_supply(files: Mapping[str, str], device: str) -> bool:
    """Whether it repeats a battery or a charger, whatever the driver calls itself."""
    of = files.get(f"{device}/device", "")
    return any(path.endswith(f"/power_supply/{of}/type") for path in files) if of else False


def _energy(files: Mapping[str, str], device: str, chip: str, n: int) -> Iterator[Rail]:
    path = f"{device}/energy{n}_input"
    if (number(files, path) or 0) <= 0:  # a counter that stands at nothing counts nothing
        return
    label = _label(files, device, "energy", n)
    yield Rail(
        sensor=SensorFile(
            id=sensor_id(chip, label),
            kind="energy",
            path=path,
            scale=1e-6,
            scope="rails",
            label=label,
            gain=_OTHER_GAIN,
            period_ms=_period_ms(files, device),
        ),
        chip=chip,
    )


def _power(files: Mapping[str, str], device: str, chip: str, n: int) -> Iterator[Rail]:
    current = number(files, f"{device}/curr{n}_input")
    if current is not None and current < 0:
        # power registers of this family have no sign, currents do
        yield from _product(files, device, chip, n)
        return
    path = f"{device}/power{n}_input"
    if path not in files:
        path = f"{device}/power{n}_average"
    value = number(files, path)
    if value is None or abs(value) * 1e-6 > MAX_W:
        return
    label = _label(files, device, "power", n)
    millivolts = number(files, f"{device}/in{n}_input")
    ina = chip.startswith("ina")
    yield Rail(
        sensor=SensorFile(
            id=sensor_id(chip, label),
            kind="power",
            path=path,
            scale=1e-6,
            scope="rails",
            label=label,
            quantum_w=_INA2XX_QUANTUM_W if ina else 0.0,
            gain=_INA_GAIN if ina else _OTHER_GAIN,
            period_ms=_period_ms(files, device),
            averaging_ms=_averaging_ms(files, device),
        ),
        chip=chip,
        volts=None if millivolts is None else millivolts / 1e3,
    )


def _product(files: Mapping[str, str], device: str, chip: str, n: int) -> Iterator[Rail]:
    volts_path, amperes_path = f"{device}/in{n}_input", f"{device}/curr{n}_input"
    millivolts, milliamperes = number(files, volts_path), number(files, amperes_path)
    label = _label(files, device, "in", n)
    off = files.get(f"{device}/in{n}_enable") == "0" or label == "NC"
    if off or millivolts is None or milliamperes is None:
        return
    if abs(millivolts * milliamperes) * 1e-6 > MAX_W:
        return
    shunt_uohm = number(files, f"{device}/shunt{n}_resistor")
    quantum = millivolts / 1e3 * _SHUNT_STEP_UV / shunt_uohm if shunt_uohm else 0.0
    yield Rail(
        sensor=SensorFile(
            id=sensor_id(chip, label),
            kind="product",
            path=volts_path,
            path2=amperes_path,
            scale=1e-6,
            scope="rails",
            label=label,
            quantum_w=max(0.0, quantum) or (_INA2XX_QUANTUM_W if chip.startswith("ina") else 0.0),
            gain=_INA_GAIN if chip.startswith("ina") else _OTHER_GAIN,
            period_ms=_period_ms(files, device),
            averaging_ms=_averaging_ms(files, device),
        ),
        chip=chip,
        volts=millivolts / 1e3,
    )


def _label(files: Mapping[str, str], device: str, kind: str, n: int) -> str:
    """The channel's own label, else the chip's (where it has one channel), else kind and number."""
    whole = files.get(f"{device}/label", "") if n == 1 and not _has_second(files, device) else ""
    return files.get(f"{device}/{kind}{n}_label") or whole or f"{kind}{n}"


def _has_second(files: Mapping[str, str], device: str) -> bool:
    return any(f"{device}/{kind}2_input" in files for kind in ("curr", "power", "energy"))


def _period_ms(files: Mapping[str, str], device: str) -> int:
    interval = number(files, f"{device}/update_interval") or 0
    return min(max(_MIN_PERIOD_MS, interval), _MAX_PERIOD_MS)


def _averaging_ms(files: Mapping[str, str], device: str) -> int:
    """What an update averages over: all of the interval, on chips that average."""
    return min(max(0, number(files, f"{device}/update_interval") or 0), _MAX_PERIOD_MS)


def _denied(
    files: Mapping[str, str], device: str, quantities: set[tuple[str, int]]
) -> Iterator[str]:
    for kind, n in sorted(quantities):
        path = f"{device}/{kind}{n}_input"
        if kind in {"energy", "power"} and denied(files, path):
            yield f"{path} may not be read by this user; as root: chmod a+r {path}"


def _distinct(rails: list[Rail]) -> tuple[Rail, ...]:
    """Two chips of one kind may use one label: the folder's name then tells them apart."""
    count = Counter(rail.sensor.id for rail in rails)
    return tuple(
        replace(
            rail,
            sensor=replace(
                rail.sensor, id=f"{rail.sensor.id}.{rail.sensor.path.split('/')[-2]}"[:120]
            ),
        )
        if count[rail.sensor.id] > 1
        else rail
        for rail in rails
    )
