"""Arithmetic units that a board has and no kernel or runtime here exercises; a table, no probing.

They are listed so that nobody takes our best figure for the best the board can do. Judged by what
the probe read anyway: /proc/cpuinfo, the device tree's names, USB vendors.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.boards.probe import Probe
    from harness.records.board import Hello


@dataclass(frozen=True, kw_only=True)
class Unit:
    """One unit: it is there when a word of /proc/cpuinfo or a name of the device tree says so."""

    name: str
    word: str = ""
    compatible: tuple[str, ...] = ()
    usb_vendor: str = ""
    # the runner's feature that means that kernels use it
    used: str = ""


UNITS: tuple[Unit, ...] = (
    Unit(name="AMX int8", word="amx_int8", used="amxint8"),
    Unit(name="AMX bf16", word="amx_bf16"),
    Unit(name="AVX-512 fp16", word="avx512_fp16"),
    Unit(name="SVE", word="sve"),
    Unit(name="SME", word="sme"),
    Unit(name="IME (int8 matrix instructions)", compatible=("spacemit,k1", "spacemit,k1-x")),
    Unit(name="DLA", compatible=("nvidia,tegra194", "nvidia,tegra234")),
    Unit(
        name="GPU",
        compatible=("nvidia,tegra210", "nvidia,tegra186", "nvidia,tegra194", "nvidia,tegra234"),
    ),
    Unit(
        name="NPU",
        compatible=(
            "rockchip,rk3566",
            "rockchip,rk3568",
            "rockchip,rk3576",
            "rockchip,rk3588",
            "eswin,eic7700",
            "thead,light",
            "cvitek,cv181x",
        ),
    ),
    Unit(name="Movidius stick", usb_vendor="03e7"),
)


def idle_units(probe: Probe, hello: Hello) -> tuple[str, ...]:
    """Return the names of what is there and lies idle, in the table's order."""
    words = frozenset(re.findall(r"[\w.]+", probe.cpuinfo))
    vendors = {v for path, v in probe.files.items() if path.endswith("/idVendor")}
    return tuple(
        unit.name
        for unit in UNITS
        if unit.used not in hello.features
        and (
            unit.word in words
            or unit.usb_vendor in vendors
            or not set(unit.compatible).isdisjoint(probe.compatible)
        )
    )
