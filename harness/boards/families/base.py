"""What a family module offers; modules satisfy this Protocol by their functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from harness.boards.counters import ANY, counters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.boards.probe import Probe
    from harness.records.board import WatchFile


class BoardFamily(Protocol):
    """One family of boards."""

    def matches(self, probe: Probe) -> bool:
        """Whether the probed board belongs here."""
        ...

    def model(self, probe: Probe) -> str:
        """The board's name for people, "" when it does not tell."""
        ...

    def notes(self, probe: Probe) -> tuple[str, ...]:
        """What should be said where the board has no power sensor."""
        ...

    def watched(self, probe: Probe) -> Mapping[str, WatchFile]:
        """Throttle counters, alarms and modes of this family, by the names the rules know."""
        ...


def device_tree_model(probe: Probe) -> str:
    """Return the device tree's model, or its first compatible."""
    return probe.model or next(iter(probe.compatible), "")


def any_counter(probe: Probe) -> Mapping[str, WatchFile]:
    """Return whatever counter of throttling there is: of a board nothing else is known of."""
    return counters(probe.files, ANY)


def no_notes(probe: Probe) -> tuple[str, ...]:  # noqa: ARG001 - the Protocol's signature
    """Return nothing to say."""
    return ()
