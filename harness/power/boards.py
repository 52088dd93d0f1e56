"""The table of boards: which rails make the total, which lie inside another, which are no power.

Data, each line with where it comes from: `published` documents of makers and of tools, `driver` a
driver's source, `capture` the captured output of a real board (which one: docs/POWER.md).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One board: `match` is searched in its model and compatibles, in small letters.

    `rails` are patterns of labels, side by side; all must be there, each once (unless
    `is_any_number`). `inside` lie behind one of these and would count twice, `beside` feed
    something else than the total's scope. With `volts` only rails of a bus between them are meant.
    """

    board: str
    match: str
    rails: tuple[str, ...]
    scope: str
    source: str
    chip: str = r"ina3221x?"
    volts: tuple[float, float] | None = None
    inside: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    is_any_number: bool = False

    @property
    def is_by_label(self) -> bool:
        """Whether labels alone decide (those of tegrastats do)."""
        return self.volts is None and not self.is_any_number


@dataclass(frozen=True, kw_only=True)
class Bare:
    """A board that was looked at and has no power monitor."""

    board: str
    match: str
    words: str


_METER = "only a meter of your own can tell its watts"
_THOR = ("VDD_GPU", "VDD_CPU_SOC_MSS", "VIN_SYS_5V0")
_AGX_XAVIER = ("GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V")
_NX = ("VDD_CPU_GPU_CV", "VDD_SOC")
# 0x41 holds the module's input, 0x40 and the rest of 0x41 what it feeds
_TX2_INSIDE = ("(?:SYS_)?(?:CPU|GPU|SOC|DDR)", "(?:4V0_)?WIFI")

# The first rule whose board matches and whose rails are all there is taken.
RULES: tuple[Rule, ...] = (
    # the carrier's INA238 sees the input of everything: module, carrier, fan, USB
    Rule(
        board="AGX Thor, with the carrier's VIN",
        match=r"p3834|thor",
        rails=("VIN",),
        scope="board",
        source="capture (R38.4)",
        chip=r"ina238|ina3221",
        inside=_THOR,
    ),
    # without that chip, or where its driver is not loaded: the module's three inputs, side by side
    Rule(
        board="AGX Thor, module only",
        match=r"p3834|thor",
        rails=_THOR,
        scope="module",
        source="capture (R38.4)",
        beside=("VIN",),
    ),
    # VDDQ_VDD2_1V8AO is made from VIN_SYS_5V0; NC is a channel with nothing connected
    Rule(
        board="AGX Orin",
        match=r"p3701|agx orin",
        rails=("VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0"),
        scope="module",
        source="published, capture (R35, R36, R39.2)",
        inside=("VDDQ_VDD2_1V8AO",),
    ),
    # VDD_IN is the module's one input, everything else is made from it
    Rule(
        board="Orin Nano, Orin NX",
        match=r"p3767|orin n",
        rails=("VDD_IN",),
        scope="module",
        source="published, capture (R35, R36.4)",
        inside=_NX,
    ),
    # R32 by IIO (7-0040), R35 by hwmon: the same three channels and names
    Rule(
        board="Xavier NX",
        match=r"p3668|xavier nx",
        rails=("VDD_IN|5V_IN",),
        scope="module",
        source="capture (JetPack 4, JetPack 5)",
        inside=_NX,
    ),
    # no parent rail: all six are inputs of the module (0x40: GPU, CPU, SOC; 0x41: the others)
    Rule(
        board="AGX Xavier",
        match=r"p2888|jetson-agx|agx xavier",
        rails=_AGX_XAVIER,
        scope="module",
        source="capture (JetPack 4.2)",
    ),
    # one chip only, at 0x40; its other channels hang on VDD_IN
    Rule(
        board="TX2 NX",
        match=r"p3636|tx2 nx",
        rails=("(?:VDD|SYS)_IN|VDD_SYS_IN",),
        scope="module",
        source="published",
        inside=(*_TX2_INSIDE, *_NX, "CPU_GPU"),
    ),
    Rule(
        board="TX2, TX2 4GB, TX2i",
        match=r"p3310|p3489|quill|tx2",
        rails=("(?:VDD|SYS)_IN|VDD_SYS_IN",),
        scope="module",
        source="published, capture (L4T 28, R32)",
        inside=_TX2_INSIDE,
    ),
    # the carrier's own chips (0x42, 0x43) see what the module does not draw
    Rule(
        board="TX1",
        match=r"p2180|tx1",
        rails=("(?:VDD|SYS)_IN|VDD_SYS_IN",),
        scope="module",
        source="published",
        inside=("CPU", "GPU"),
        beside=("MUX", "5V_IO_SYS", "3V3_SYS", "3V3_IO_SLP", "1V8_IO", "M2_IN"),
    ),
    # the 5 V input feeds module and carrier; GPU and CPU are made from it
    Rule(
        board="Nano 4GB",
        match=r"p3448|p3450|jetson[- ]nano",
        rails=("5V_IN",),
        scope="board",
        source="published, capture (R32)",
        inside=("5V_GPU", "5V_CPU"),
    ),
    # pac1934 and the other monitors of this board lie inside its 12 V input
    Rule(
        board="HiFive Premier P550",
        match=r"eic7700",
        rails=(".*",),
        scope="board",
        source="capture (2025)",
        chip=r"ina226|ina2xx",
        volts=(9.0, 15.0),
    ),
    # outputs of the power chip: not the 5 V input, nor USB, HATs and the fan
    Rule(
        board="Raspberry Pi 5",
        match="",
        rails=("PMIC",),
        scope="rails",
        source="capture",
        chip="pmic",
    ),
    # four consumers side by side; the board's other loads have no monitor
    Rule(
        board="ODROID XU+E, XU3",
        match="",
        rails=("A15", "A7", "G3D", "MEM"),
        scope="rails",
        source="published",
        chip="ina231",
    ),
    # core and uncore lie inside the package; psys may be a constant, so it counts when asked for
    Rule(
        board="x86 with RAPL",
        match="",
        rails=(r"package-[0-9]+(?:-die-[0-9]+)?|dram-[0-9a-f]+",),
        scope="package",
        source="driver, capture (Linux powercap)",
        chip="rapl",
        inside=("core", "uncore"),
        is_any_number=True,
    ),
    # while it discharges nothing else feeds the machine: all its batteries together are the board
    Rule(
        board="any machine on its battery",
        match="",
        rails=(".*",),
        scope="board",
        source="driver (Linux power_supply)",
        chip="battery",
        is_any_number=True,
    ),
)

# Captures by sbc-bench show thermometers at most, and no monitor.
BARE: tuple[Bare, ...] = (
    Bare(
        board="Jetson Nano 2GB",
        match=r"p3448-0003|nano 2gb",
        words=f"a Jetson Nano 2GB has no power monitor: {_METER}",
    ),
    Bare(
        board="Raspberry Pi 0 to 4",
        match=r"raspberrypi,(?:[1-4]|model|zero)|raspberry pi (?:[1-4]|zero|model)",
        words=f"a Raspberry Pi before the 5 measures volts, no currents: {_METER}",
    ),
    Bare(
        board="ODROID XU4, N2",
        match=r"odroid-?(?:xu4|n2)",
        words=f"an ODROID XU4 or N2 has no power monitor (the XU3 has): {_METER}",
    ),
    Bare(
        board="VisionFive 2, SpacemiT K1 boards, LicheePi 4A, Milk-V Duo, RK3588 boards",
        match=r"jh7110|spacemit,k1|lpi4a|thead,light|th1520|cvitek|sg2000|rk3588",
        words=f"boards with this chip have thermometers, no power monitor: {_METER}",
    ),
)
