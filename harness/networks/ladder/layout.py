"""The ladder's network as numbers: six convolutions, seven schemes, three widths. Computes nothing.

A small ResNet in the Bi-Real layout for 28 x 28 grey images: every 3x3 convolution has a shortcut
of its own. Only the six block convolutions change with the scheme; the stem and the last layer have
8 bits in every scheme but fp32.
"""

from __future__ import annotations

from dataclasses import dataclass

SIDE = 28
CLASSES = 10
STEM_SIDE = 14  # 3x3, stride 2, pad 1
# channels in and out as multiples of w, stride, side of the input
BLOCKS = ((1, 1, 1, 14), (1, 1, 1, 14), (1, 2, 2, 14), (2, 2, 1, 7), (2, 4, 2, 7), (4, 4, 1, 4))
LAST_SIDE = 4
BN_EPSILON = 1e-5
BLOCK_NAMES = tuple(f"block{number}" for number in range(len(BLOCKS)))
WIDTHS = {"0.5": 16, "1": 32, "2": 64}  # name of a width -> w, channels of the stem


@dataclass(frozen=True, kw_only=True)
class Scheme:
    """How a block convolution sees its weights and its input.

    `levels`: the weights are `sign` (-1, 1), `ternary` (-1, 0, 1), `odd` (the odd numbers up to
    2^bits - 1), `int8`, or `real`. Activations of 1 bit are signs (border +1), of more bits codes
    0..`top` (border 0); 32 stands for real numbers behind a ReLU.
    """

    name: str
    levels: str
    weight_bits: int  # on disk
    activation_bits: int

    @property
    def top(self) -> int:
        """The largest activation code; a ReLU leaves the upper half of int8."""
        return (1 << min(self.activation_bits, 7)) - 1


SCHEMES = {
    scheme.name: scheme
    for scheme in (
        Scheme(name="fp32", levels="real", weight_bits=16, activation_bits=32),
        Scheme(name="w8a8", levels="int8", weight_bits=8, activation_bits=8),
        Scheme(name="w4a4", levels="odd", weight_bits=4, activation_bits=4),
        Scheme(name="w3a3", levels="odd", weight_bits=3, activation_bits=3),
        Scheme(name="w2a2", levels="odd", weight_bits=2, activation_bits=2),
        Scheme(name="terna1", levels="ternary", weight_bits=2, activation_bits=1),
        Scheme(name="w1a1", levels="sign", weight_bits=1, activation_bits=1),
    )
}
