"""The nouns of a network that the runner executes by itself: tensors, layers, known answers.

Only what they are; the rules are in `rules`, the file in `plan`, the arithmetic in `reference`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class TensorType(IntEnum):
    """What a tensor holds, channels innermost; a row of bits is 64-bit words, tails zero."""

    I8 = 1
    I16 = 2
    BITS = 3
    I32 = 4


class Op(IntEnum):
    """What a layer does; the arithmetic is defined in `harness.networks.birealnet`."""

    CONV8 = 1
    BCONV = 2
    MAXPOOL = 3
    AVGPOOL8 = 4
    DENSE8 = 5


class Border(IntEnum):
    """What stands outside of the map."""

    NOTHING = 0
    PLUS_ONE = 1
    ZERO = 2


BORDER_OF = {
    Op.CONV8: Border.ZERO,
    Op.BCONV: Border.PLUS_ONE,
    Op.MAXPOOL: Border.NOTHING,
    Op.AVGPOOL8: Border.NOTHING,
    Op.DENSE8: Border.NOTHING,
}


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """A map of h x w pixels with c channels; `slot` None means outside of the arena."""

    type: TensorType
    h: int
    w: int
    c: int
    slot: int | None = None

    @property
    def row_words(self) -> int:
        """64-bit words of one pixel of bits."""
        return -(-self.c // 64)

    @property
    def bytes(self) -> int:
        """Size in memory."""
        pixels = self.h * self.w
        if self.type is TensorType.BITS:
            return pixels * self.row_words * 8
        return pixels * self.c * {TensorType.I8: 1, TensorType.I16: 2}.get(self.type, 4)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One step; tensors by index. `multiplier` and `bias` are little-endian int32 per channel."""

    op: Op
    source: int
    out: int
    shortcut: int | None = None
    bits: int | None = None
    kernel: int = 1
    stride: int = 1
    pad: int = 0
    shift: int = 0
    factor: int = 0
    weights: bytes = b""
    multiplier: bytes = b""
    bias: bytes = b""


@dataclass(frozen=True, kw_only=True)
class Check:
    """A known answer: FNV-1a of the output for the seeded input bytes of `seed`."""

    seed: int
    output_fnv: int


@dataclass(frozen=True, kw_only=True)
class PlanNetwork:
    """A network the runner can execute by itself."""

    name: str
    tensors: tuple[Tensor, ...]
    layers: tuple[Layer, ...]
    input: int
    output: int
    checks: tuple[Check, ...] = ()
