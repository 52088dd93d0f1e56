"""Temperatures out of probed files: plausible ones only, and the one that tells most of the CPU."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.config.tree import number

if TYPE_CHECKING:
    from collections.abc import Mapping

MIN_C, MAX_C = -20.0, 125.0
MIN_TRIP_C = 40.0  # below, it is a fan's, or nobody ever set it
# Firmware that has no sensor prints a constant here.
_CONSTANTS = {0, 50_000, 100_000}
_CONSTANT_NAMES = re.compile(r"pmic|virtual|fan-est", re.IGNORECASE)
_CPU = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"x86_pkg_temp|(?:package|physical) id 0|tctl|tdie|^cpu$|cpu[0-9]?[-_ ]?therm",
        r"cpu|core|cluster",
        r"soc|bcm2|thermal|tj",
    )
)


def temperatures(files: Mapping[str, str]) -> dict[str, str]:
    """Return label -> path of all plausible temperatures (values in the files are 1/1000 C)."""
    found: dict[str, str] = {}
    for path in files:
        label = _label(files, path)
        value = number(files, path)
        if label and value is not None and _plausible(label, value):
            found.setdefault(label, path)
    return found


def values_c(files: Mapping[str, str]) -> dict[str, float]:
    """Return label -> degrees of all plausible temperatures."""
    return {k: (number(files, path) or 0) / 1000 for k, path in temperatures(files).items()}


def cpu_path(files: Mapping[str, str]) -> str:
    """Return the path of the likeliest CPU temperature, "" when none is plausible."""
    found = temperatures(files)
    for pattern in _CPU:
        for label, path in found.items():
            if pattern.search(label):
                return path
    return next(iter(found.values()), "")


def trip_c(files: Mapping[str, str], path: str) -> float | None:
    """Return the lowest trip point (degrees) that slows the board or switches it off, of a zone.

    The others (active) start fans.
    """
    zone = path.removesuffix("temp")
    trips = [
        value / 1000
        for name in files
        if name.startswith(f"{zone}trip_point_") and name.endswith("_type")
        if files[name] in {"passive", "hot", "critical"}
        if MIN_TRIP_C * 1000
        <= (value := number(files, f"{name.removesuffix('type')}temp") or 0)
        <= 150_000
    ]
    return min(trips, default=None)


def cpu_c(files: Mapping[str, str]) -> float | None:
    """Return the likeliest CPU temperature in degrees, None where there is none."""
    path = cpu_path(files)
    return (number(files, path) or 0) / 1000 if path else None


def _label(files: Mapping[str, str], path: str) -> str:
    if re.search(r"/thermal_zone[0-9]+/temp$", path):
        return files.get(path.removesuffix("temp") + "type", "")
    match = re.search(r"^(.*/)temp([0-9]+)_input$", path)
    if not match:
        return ""
    label = files.get(f"{match.group(1)}temp{match.group(2)}_label", "")
    name = files.get(f"{match.group(1)}name", "")
    return label or (f"{name} temp{match.group(2)}" if name else "")


def _plausible(label: str, value: int) -> bool:
    if not MIN_C * 1000 <= value <= MAX_C * 1000:
        return False
    return value != 0 and not (value in _CONSTANTS and _CONSTANT_NAMES.search(label))
