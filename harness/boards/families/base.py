"""What a family module offers; modules satisfy this Protocol by their functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from harness.boards.probe import Probe


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


def device_tree_model(probe: Probe) -> str:
    """Return the device tree's model, or its first compatible."""
    return probe.model or next(iter(probe.compatible), "")


def no_notes(probe: Probe) -> tuple[str, ...]:  # noqa: ARG001 - the Protocol's signature
    """Return nothing to say."""
    return ()
