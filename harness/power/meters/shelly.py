"""Shelly plugs: the second generation by its RPC pages, the first by /status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.errors import MeterError
from harness.power.meters.http import NotThereError, get_json
from harness.power.meters.meter import Sample, Traits, Value, checked, stamped

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.records.meter import MeterEntry

_J_PER_WH = 3600.0
_PAGES = ("/rpc/Switch.GetStatus?id={}", "/rpc/PM1.GetStatus?id={}", "/status")


def traits(entry: MeterEntry) -> Traits:
    """About one update a second, a tenth of a watt; the gain is an assumption."""
    del entry
    return Traits(
        scope="wall", gain=0.03, quantum_w=0.1, period_ms=1000, lag_ms=1000, minimum_window_s=60.0
    )


def open_meter(entry: MeterEntry) -> Shelly:
    """Find out which generation answers; raises MeterError."""
    pages = [page.format(entry.channel) for page in _PAGES]
    for page in pages:
        try:
            data = get_json(entry.target, page)
        except NotThereError:
            continue
        meter = Shelly(entry.target, page, entry.channel)
        meter.parse(data)  # a plug without a power meter is known before the work starts
        return meter
    raise MeterError(
        f"has none of {', '.join(pages)}",
        where=entry.target,
        do="is it a Shelly with a power meter, and is `channel` right (0 is the first)?",
    )


class Shelly:
    """One channel of a plug."""

    def __init__(self, base: str, page: str, channel: int) -> None:
        self._base = base
        self._page = page
        self._where = f"{base.rstrip('/')}{page}"
        self._channel = channel

    def read(self) -> Sample:
        """Ask the plug once."""
        return stamped(lambda: self.parse(get_json(self._base, self._page)))

    def close(self) -> None:
        """Every request had a connection of its own."""

    def parse(self, data: Mapping[str, object]) -> Value:
        """Return the value in a reply; raises MeterError when it holds none."""
        parse: Callable[..., Value] = second_generation
        if self._page == _PAGES[-1]:
            parse = first_generation
        return parse(data, self._channel, self._where)


def second_generation(data: Mapping[str, object], channel: int, where: str) -> Value:
    """`apower` in watts, and `aenergy.total` in watt-hours where the plug counts."""
    del channel  # it stands in the address already
    if "apower" not in data:
        raise MeterError("the reply has no `apower`", where=where, do="this channel has no meter")
    watts = checked(data["apower"], where=where, name="apower")
    energy = data.get("aenergy")
    total = energy.get("total") if isinstance(energy, Mapping) else None
    if total is None:
        return Value(watts)
    return Value(watts, checked(total, where=where, name="aenergy.total") * _J_PER_WH)


def first_generation(data: Mapping[str, object], channel: int, where: str) -> Value:
    """`meters[channel].power` in watts, unless the plug itself calls it invalid."""
    meters = data.get("meters")
    one = meters[channel] if isinstance(meters, list) and channel < len(meters) else None
    if not isinstance(one, dict) or "power" not in one:
        raise MeterError(
            f"the reply has no `meters[{channel}].power`", where=where, do="is `channel` right?"
        )
    if one.get("is_valid") is False:
        raise MeterError("the plug says that its own value is not valid", where=where)
    return Value(checked(one["power"], where=where, name=f"meters[{channel}].power"))
