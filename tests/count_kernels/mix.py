"""What kinds of instructions a call is made of, from the emulator's disassembly."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.count_kernels.trace import Call

Kind = Literal["vector", "load", "store", "branch", "other"]
KINDS: tuple[Kind, ...] = ("vector", "load", "store", "branch", "other")

_ARM_BRANCHES = {"b", "bl", "bx", "blx", "cbz", "cbnz"}
_CONDITION = re.compile(r"(?<=.)(?:eq|ne|hs|cs|lo|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le|al)$")
_RISCV_BRANCHES = {"j", "jr", "jal", "jalr", "ret"}
_RISCV_LOADS = {"lb", "lbu", "lh", "lhu", "lw", "lwu", "ld", "flw", "fld"}
_RISCV_STORES = {"sb", "sh", "sw", "sd", "fsw", "fsd"}


def mix(target: str, call: Call) -> Mapping[Kind, int]:
    """Return how many of each kind were executed; `vector` is data processing in vector registers.

    On ARM that includes scalar floating point, which uses the same registers and units.
    """
    kind = {"aarch64": _aarch64, "arm": _arm, "riscv64": _riscv64}[target]
    found: Counter[Kind] = Counter()
    for block, times in call.blocks.items():
        for line in block.code:
            found[kind(line)] += times
    return {name: found[name] for name in KINDS}


def word(line: str) -> int:
    """Return the instruction itself: its number, as the emulator prints it behind the address."""
    return int(line.partition(":")[2].split()[0], 16)


def _aarch64(line: str) -> Kind:
    """By the encoding's main groups (Arm ARM, C4.1): some disassemblers know fewer mnemonics."""
    code = word(line)
    group = code >> 25 & 15
    if group in {7, 15}:
        return "vector"
    if group in {10, 11}:
        return "branch"
    if group & 5 != 4:
        return "other"
    # literal loads, and loads with sign (opc = 10 without vector registers), do not have the L bit
    literal = code >> 27 & 7 == 3 and code >> 24 & 3 == 0
    signed = code >> 27 & 7 == 7 and code >> 26 & 1 == 0 and code >> 22 & 3 == 2
    return "load" if code >> 22 & 1 or literal or signed else "store"


def _arm(line: str) -> Kind:
    name = line.partition(":")[2].split()[1].partition(".")[0]
    if name.startswith(("vld", "vpop")):
        return "load"
    if name.startswith(("vst", "vpush")):
        return "store"
    if name.startswith("v"):
        return "vector"
    if name.startswith(("ldr", "ldm", "pop")):
        return "load"
    if name.startswith(("str", "stm", "push")):
        return "store"
    names = {name, _CONDITION.sub("", name)}
    return "branch" if names & _ARM_BRANCHES else "other"


def _riscv64(line: str) -> Kind:
    name = line.partition(":")[2].split()[1].removeprefix("c.")
    if name.startswith("vset"):
        return "other"
    if name.startswith(("vle", "vls", "vlu", "vlo", "vl1", "vl2", "vl4", "vl8", "vlm")):
        return "load"
    if name.startswith(("vse8", "vse1", "vse3", "vse6", "vsse", "vsux", "vsox", "vsm.", "vsseg")):
        return "store"
    if name.startswith(("vs1r", "vs2r", "vs4r", "vs8r")):
        return "store"
    if name.startswith("v"):
        return "vector"
    if name in _RISCV_LOADS:
        return "load"
    if name in _RISCV_STORES:
        return "store"
    return "branch" if name in _RISCV_BRANCHES or _is_riscv_branch(name) else "other"


def _is_riscv_branch(name: str) -> bool:
    return name.startswith(("beq", "bne", "blt", "bge", "bgt", "ble"))
