"""Instruments that speak SCPI, over VISA resources: Yokogawa WT3xx and plain supplies.

The only module that knows pyvisa; nothing is ever set, only asked.
"""

from __future__ import annotations

import contextlib
import math
import re
from typing import TYPE_CHECKING, Any

from harness.errors import MeterError
from harness.power.meters.meter import Sample, Traits, Value, checked, stamped

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyvisa.resources import MessageBasedResource

    from harness.records.meter import MeterEntry

TIMEOUT_MS = 3000
_INSTALL = "pip install 'lowbit-edge-harness[meters]'"
# element 1 is item 3 of the numeric list, elements 2 and 3 are 13 and 23
_WT_QUERY = ":NUMERIC:NORMAL:VALUE? {}"
_PLAIN_QUERY = "MEAS:POW?"
# some supplies write the unit behind the number
_NUMBER = re.compile(
    r"\s*([-+]?(?:[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][-+]?[0-9]{1,3})?)\s*[VAW]?\s*",
    re.ASCII,
)


def traits(entry: MeterEntry) -> Traits:
    """A power meter stands before the power supply, a supply behind it; gains are assumptions."""
    if entry.element is not None:
        return Traits(
            scope="wall",
            gain=0.002,
            quantum_w=0.001,
            period_ms=250,
            lag_ms=250,
            minimum_window_s=10.0,
        )
    return Traits(
        scope="board", gain=0.01, quantum_w=0.01, period_ms=250, lag_ms=250, minimum_window_s=10.0
    )


def queries(entry: MeterEntry) -> tuple[str, ...]:
    """Return what is asked; the answers are multiplied with each other."""
    if entry.element is not None:
        return (_WT_QUERY.format(10 * (entry.element - 1) + 3),)
    return entry.queries or (_PLAIN_QUERY,)


def open_meter(entry: MeterEntry, *, library: str = "@py") -> Scpi:
    """Open the resource and ask once; raises MeterError. `library` is a VISA library of pyvisa."""
    try:
        import pyvisa
    except ImportError:
        raise MeterError("pyvisa is not installed", where=entry.target, do=_INSTALL) from None
    manager = pyvisa.ResourceManager(library)

    def connect() -> MessageBasedResource:
        try:
            resource: Any = manager.open_resource(entry.target, open_timeout=TIMEOUT_MS)
        except Exception as error:  # noqa: BLE001 - back-ends raise what their transport raises
            raise MeterError(
                f"cannot be opened: {_plainly(error)}",
                where=entry.target,
                do="check the resource, the cable, and that nothing else holds it",
            ) from None
        if not hasattr(resource, "query"):
            resource.close()
            words = "cannot be opened: no resource that takes queries"
            raise MeterError(words, where=entry.target, do="write it as the VISA resource it is")
        resource.timeout = TIMEOUT_MS
        resource.read_termination = resource.write_termination = "\n"
        return resource

    meter = Scpi(connect, entry.target, queries(entry))
    meter.read()
    return meter


class Scpi:
    """One open instrument."""

    def __init__(
        self, connect: Callable[[], MessageBasedResource], where: str, asked: tuple[str, ...]
    ) -> None:
        self._connect = connect
        self._resource: MessageBasedResource | None = None
        self._where = where
        self._queries = asked

    def read(self) -> Sample:
        """Ask every query once, one after the other."""
        return stamped(self._ask)

    def close(self) -> None:
        """Let go of the instrument; it is left as it was."""
        resource, self._resource = self._resource, None
        if resource is not None:
            with contextlib.suppress(Exception):  # it is given up, whatever its transport says
                resource.close()

    def _ask(self) -> Value:
        self._resource = self._resource or self._connect()
        return Value(math.prod([self._one(self._resource, query) for query in self._queries]))

    def _one(self, resource: MessageBasedResource, query: str) -> float:
        try:
            return number(resource.query(query), query, self._where)
        except MeterError:
            self.close()
            raise
        except Exception as error:  # noqa: BLE001 - back-ends raise what their transport raises
            # a late answer would be taken for that of the next query: the next one connects anew
            # (and not `clear`, which pyvisa-py 0.8.1 never ends on a connection that was cut)
            self.close()
            words = f"{query} was not answered: {_plainly(error)}"
            raise MeterError(words, where=self._where) from None


def number(answer: str, query: str, where: str) -> float:
    """Return the number that an instrument answered; raises MeterError for anything else."""
    match = _NUMBER.fullmatch(answer)
    if not match:
        raise MeterError(
            f"{query} was answered by {answer!r:.60}, which is no number",
            where=where,
            do="give the query of this instrument: `query: ...`",
        )
    return checked(float(match.group(1)), where=where, name=query)


def _plainly(error: Exception) -> str:
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= 160 else words[:157] + "..."
