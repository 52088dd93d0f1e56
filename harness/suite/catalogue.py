"""What this version can measure at all, as told by the rooms that know; the plan only reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The GEMMs of ResNet-18 at 224x224: output pixels x filters x (3 x 3 x channels), one per stage.
SHAPE_SETS: Mapping[str, tuple[str, ...]] = {
    "resnet18": ("3136x64x576", "784x128x1152", "196x256x2304", "49x512x4608"),
}


@dataclass(frozen=True, kw_only=True)
class NetworkInfo:
    """One network: which runtimes carry it out at which scheme, its input shape, its weights."""

    runtimes: Mapping[str, tuple[str, ...]]  # scheme -> runtimes
    shape: str
    weights: str = "seeded"  # trained | seeded

    @property
    def schemes(self) -> tuple[str, ...]:
        """All schemes the network exists in."""
        return tuple(self.runtimes)


@dataclass(frozen=True, kw_only=True)
class RuntimeInfo:
    """One runtime. `devices` maps a device to "" or to the words why this version cannot use it."""

    devices: Mapping[str, str] = field(default_factory=lambda: {"cpu": ""})
    threads: bool = True  # False: one thread only
    batches: tuple[int, ...] = (1,)
    scenarios: tuple[str, ...] = ("latency",)


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Kernels (op -> schemes), networks and runtimes of this version."""

    kernels: Mapping[str, tuple[str, ...]]
    networks: Mapping[str, NetworkInfo] = field(default_factory=dict)
    runtimes: Mapping[str, RuntimeInfo] = field(default_factory=dict)
    switches_modes: bool = False  # whether a session can set power modes

    def runtime(self, name: str) -> RuntimeInfo | None:
        """Return what is known of a runtime; `native` always exists and has one thread."""
        native = RuntimeInfo(threads=False)
        return self.runtimes.get(name, native if name == "native" else None)
