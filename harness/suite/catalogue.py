"""What this version can measure at all, as told by the rooms that know; the plan only reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.external import External

# Shapes of whole networks at 224x224; each op takes those that are written as its own are.
SHAPE_SETS: Mapping[str, tuple[str, ...]] = {
    "resnet18": (
        # products: output pixels x filters x (3 x 3 x channels), one per stage, and the classifier
        "3136x64x576",
        "784x128x1152",
        "196x256x2304",
        "49x512x4608",
        "1000x512",
        # its 3x3 convolutions
        "56x56x64x64k3",
        "56x56x64x128k3s2",
        "28x28x128x128k3",
        "28x28x128x256k3s2",
        "14x14x256x256k3",
        "14x14x256x512k3s2",
        "7x7x512x512k3",
    ),
    "mobilenet_v1": (
        "112x112x32k3",
        "112x112x64k3s2",
        "56x56x128k3",
        "56x56x128k3s2",
        "28x28x256k3",
        "28x28x256k3s2",
        "14x14x512k3",
        "14x14x512k3s2",
        "7x7x1024k3",
        "12544x64x32",
        "3136x128x64",
        "784x256x128",
        "196x512x256",
        "49x1024x512",
        "1000x1024",
    ),
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
    # device -> what the runtime on the board must list among its devices, "" = nothing
    listed: Mapping[str, str] = field(default_factory=dict)
    threads: bool = True  # False: one thread only
    batches: tuple[int, ...] = (1,)
    scenarios: tuple[str, ...] = ("latency",)
    inflight: bool = False  # whether throughput can be with several inferences in flight


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """Kernels (op -> schemes), networks and runtimes of this version."""

    kernels: Mapping[str, tuple[str, ...]]
    networks: Mapping[str, NetworkInfo] = field(default_factory=dict)
    runtimes: Mapping[str, RuntimeInfo] = field(default_factory=dict)
    externals: Mapping[str, External] = field(default_factory=dict)  # the user's own programs

    def runtime(self, name: str) -> RuntimeInfo | None:
        """Return what is known of a runtime; `native` always exists."""
        return self.runtimes.get(name, RuntimeInfo() if name == "native" else None)
