"""NVIDIA Jetson modules, by the SoC in the device tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.boards.counters import INA3221, SOCTHERM, counters
from harness.boards.families import base
from harness.records.board import WatchFile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.boards.probe import Probe

model = base.device_tree_model
# Nano 2GB is the one module of the family that was built without a power monitor.
_MODE = "/var/lib/nvpmodel/status"
_WITHOUT_MONITOR = "p3448-0003"


def matches(probe: Probe) -> bool:
    """Whether the device tree names a Tegra."""
    return any(word.startswith("nvidia,tegra") for word in probe.compatible) or (
        "jetson" in probe.model.lower()
    )


def notes(probe: Probe) -> tuple[str, ...]:
    """Say why there may be no rails."""
    if any(_WITHOUT_MONITOR in word for word in probe.compatible):
        return ("Jetson Nano 2GB has no power monitor: use an external meter",)
    return (
        "a Jetson's rails need the ina3221 driver of its own kernel",
        "the last resort is `meter: {tegrastats: /usr/bin/tegrastats}` in boards.yaml",
    )


def watched(probe: Probe) -> Mapping[str, WatchFile]:
    """Over-current and undervoltage events, the rails' alarms, and the power mode.

    A board at 52 C may throttle thousands of times an hour for current: heat alone misses that.
    """
    found = counters(probe.files, f"{SOCTHERM}|{INA3221}")
    if _MODE in probe.files:
        found["mode"] = WatchFile(path=_MODE)
    return found
