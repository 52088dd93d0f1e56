"""The nouns of a suite, apart from its file form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Place = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class KernelBlock:
    """Kernel cells: ops x schemes x shapes x cores; family and variant are what comes of it."""

    ops: tuple[str, ...]
    schemes: tuple[str, ...]
    shapes: tuple[str, ...]
    on: tuple[str, ...] = ("1",)
    implementations: tuple[str, ...] = ("best",)
    long_runs: tuple[str, ...] = ()  # scenarios that each workload has beside its cells


@dataclass(frozen=True, kw_only=True)
class NetworkBlock:
    """Network cells: the product of all of these."""

    networks: tuple[str, ...]
    schemes: tuple[str, ...]
    runtimes: tuple[str, ...] = ("native",)
    devices: tuple[str, ...] = ("cpu",)
    batch: tuple[int, ...] = (1,)
    inflight: tuple[int, ...] = (1,)
    scenario: tuple[str, ...] = ("latency",)
    on: tuple[str, ...] = ("1",)
    long_runs: tuple[str, ...] = ()  # scenarios that each workload has beside its cells


@dataclass(frozen=True, kw_only=True)
class ExternalBlock:
    """Programs of the user's own by name; what each computes stands where it is declared."""

    externals: tuple[str, ...]
    on: tuple[str, ...] = ("1",)


Block = KernelBlock | NetworkBlock | ExternalBlock


@dataclass(frozen=True, kw_only=True)
class Suite:
    """What a suite file says. `overrides` are single values of the protocol."""

    name: str
    boards: tuple[str, ...]
    blocks: tuple[Block, ...]
    profile: str = "quick"
    modes: tuple[str, ...] = ("default",)
    energy: str = "networks"
    overrides: Mapping[str, int | float] = field(default_factory=dict)
    positions: Mapping[Place, str] = field(default_factory=dict, repr=False, compare=False)

    def where(self, *place: str | int) -> str:
        """Return `file:line:column` of a key or value, or of the nearest parent known."""
        for end in range(len(place), -1, -1):
            if place[:end] in self.positions:
                return self.positions[place[:end]]
        return self.name

    def wrote(self, *place: str | int) -> bool:
        """Say whether the file itself holds this key or value; else it is a default."""
        # a suite that came from no file has no positions, and no defaults to tell apart
        return not self.positions or place in self.positions
