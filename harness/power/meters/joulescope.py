"""Joulescope JS110 and JS220 by their maker's package: thin, and UNTRIED (no such meter was there).

An extra of its own: pip install 'lowbit-edge-harness[joulescope]'.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from harness.errors import MeterError
from harness.power.meters.meter import Sample, Traits, Value, checked, stamped

if TYPE_CHECKING:
    from harness.records.meter import MeterEntry

_SLICE_S = 0.1  # one reading is the mean over so much of the instrument's own stream


def traits(entry: MeterEntry) -> Traits:
    """It sits in the direct current before the board; the gain is an assumption."""
    del entry
    return Traits(
        scope="board", gain=0.005, quantum_w=1e-4, period_ms=100, lag_ms=100, minimum_window_s=10.0
    )


def open_meter(entry: MeterEntry) -> Joulescope:
    """Open the one with this serial number, or the only one (`auto`); raises MeterError."""
    try:
        import joulescope
    except ImportError:
        raise MeterError(
            "the package joulescope is not installed",
            where=f"joulescope {entry.target}",
            do="pip install 'lowbit-edge-harness[joulescope]'",
        ) from None
    try:
        found = [d for d in joulescope.scan(config="auto") if entry.target in {"auto", _serial(d)}]
    except Exception as error:  # noqa: BLE001 - a foreign driver's own errors
        raise MeterError(f"cannot be looked for: {error}", where="joulescope") from None
    if len(found) != 1:
        raise MeterError(
            f"{len(found)} Joulescopes found for {entry.target!r}, one is needed",
            where="joulescope",
            do="is it plugged in, and is the serial number right?",
        )
    found[0].open()
    return Joulescope(found[0])


def _serial(device: object) -> str:
    return str(getattr(device, "device_serial_number", device))


class Joulescope:
    """One open instrument."""

    def __init__(self, device: Any) -> None:  # noqa: ANN401 - a foreign driver without types
        self._device = device

    def read(self) -> Sample:
        """Take the mean power of a slice of the stream."""
        return stamped(self._slice)

    def close(self) -> None:
        """Let go of the instrument."""
        with contextlib.suppress(Exception):  # it is given up, whatever the driver says
            self._device.close()

    def _slice(self) -> Value:
        try:
            data = self._device.read(contiguous_duration=_SLICE_S)
            watts = float((data[:, 0] * data[:, 1]).mean())
        except Exception as error:  # noqa: BLE001 - a foreign driver's own errors
            raise MeterError(f"gave no samples: {error}", where="joulescope") from None
        return Value(checked(watts, where="joulescope", name="power"))
