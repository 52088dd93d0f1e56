"""ResNet-18 in the Bi-Real layout with binary 3x3 convolutions, as a model with seeded weights.

Stem, shortcuts at stride 2 and classifier have 8 bits, the sixteen other convolutions one, each
with a shortcut of real numbers: `x = BN(conv(sign(x))) + shortcut(x)`, border +1. At stride 2 the
shortcut is an average pool, a 1x1 convolution and BN. No ReLU stands before the first sign, or it
would be +1 everywhere. No accuracy is claimed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.networks.models.draft import Draft
from harness.networks.models.model import (
    Add,
    Affine,
    AvgPool,
    Conv,
    Dense,
    Model,
    Node,
    Quant,
    Sign,
    Weights,
    Window,
)
from harness.networks.plans.graph import Border, Encoding
from harness.networks.sources import seeds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

CLASSES = 1000
STAGES = ((1, 1, 4), (2, 2, 4), (4, 2, 4), (8, 2, 4))  # width factor, first stride, convolutions
# steps of int8 maps: inputs reach +-4, averages for shortcuts and for the head +-8
_INPUT_STEP, _AVERAGE_STEP = 1 / 32, 1 / 16
_TOP = 63  # of int8 weights
_DEVIATION = 36.7  # of integers drawn from -63 .. 63
_INPUT_DEVIATION = 74 / 32  # of bytes in 32nds
# the largest of nine overlapping windows lies this many deviations above the mean (measured)
_MAXPOOL_LIFT = 1.25


def build(*, seed: int, side: int = 224, width: int = 64, classes: int = CLASSES) -> Model:
    """Return the network for real numbers [side, side, 3] of about +-4; `side` divides by 32.

    `width` = channels of the first stage; 64 is ResNet-18.
    """
    return _Builder(seed, side, width).build(classes)


class _Builder:
    def __init__(self, seed: int, side: int, width: int) -> None:
        self.seed = seed
        self.width = width
        self.draft = Draft(name=f"birealnet18_{side}_w{width}", shape=(side, side, 3))

    def build(self, classes: int) -> Model:
        x = self.stem()
        for factor, stride, count in STAGES:
            for number in range(count):
                name = f"stage{factor}.{number}"
                x = self.block(name, x, self.width * factor, stride if number == 0 else 1)
        return self.draft.model(self.head(x, classes))

    def stem(self) -> str:
        codes = self.bytes("input.codes", self.draft.input, _INPUT_STEP)
        conv = self.conv8("stem", codes, self.width, kernel=7, stride=2)
        unit = 1 / (_INPUT_DEVIATION * _DEVIATION * (7 * 7 * 3) ** 0.5)
        norm = self.norm("stem.norm", conv, unit, offset=-_MAXPOOL_LIFT)
        return self.draft.max_pool("stem.pool", norm, kernel=3, stride=2, pad=1)

    def block(self, name: str, x: str, channels: int, stride: int) -> str:
        given = self.draft.shapes[x][2]
        shortcut = x if stride == 1 else self.downsample(f"{name}.side", x, channels)
        signs = self.add(Sign(name=f"{name}.sign", inputs=(x,), output=f"{name}.sign"))
        words = seeds.words(self.stream(f"{name}.conv"), channels * 9 * -(-given // 64))
        conv = self.add(
            Conv(
                name=f"{name}.conv",
                inputs=(signs,),
                output=f"{name}.conv",
                weights=_plain(_signs(words, (channels, 3, 3, given)), bits=1),
                bias=_zeros(channels),
                window=_window(3, stride),
                border=Border.PLUS_ONE,
            )
        )
        norm = self.norm(f"{name}.norm", conv, 1 / (9 * given) ** 0.5)
        return self.add(Add(name=name, inputs=(norm, shortcut), output=name))

    def downsample(self, name: str, x: str, channels: int) -> str:
        given = self.draft.shapes[x][2]
        half = Window(kernel=(2, 2), stride=(2, 2))
        pool = AvgPool(name=f"{name}.pool", inputs=(x,), output=f"{name}.pool", window=half)
        codes = self.bytes(f"{name}.codes", self.add(pool), _AVERAGE_STEP)
        conv = self.conv8(f"{name}.conv", codes, channels, kernel=1, stride=1)
        return self.norm(f"{name}.norm", conv, 1 / (_DEVIATION * given**0.5))

    def head(self, x: str, classes: int) -> str:
        codes = self.bytes("head.codes", self.draft.mean("head.pool", x), _AVERAGE_STEP)
        given = self.draft.shapes[codes][2]
        weights = self.integers("head", (classes, 1, 1, given))
        unit = 1 / (_DEVIATION * given**0.5)
        bias = seeds.integers(self.stream("head/bias"), classes, -128, 128) / 256.0
        return self.add(
            Dense(
                name="logits",
                inputs=(codes,),
                output="logits",
                weights=_plain(weights, bits=8, scale=unit),
                bias=bias.astype("float32"),
            )
        )

    def conv8(self, name: str, source: str, channels: int, *, kernel: int, stride: int) -> str:
        given = self.draft.shapes[source][2]
        return self.add(
            Conv(
                name=name,
                inputs=(source,),
                output=name,
                weights=_plain(self.integers(name, (channels, kernel, kernel, given)), bits=8),
                bias=_zeros(channels),
                window=_window(kernel, stride),
            )
        )

    def norm(self, name: str, source: str, unit: float, *, offset: float = 0.0) -> str:
        """Append a batch norm: about `unit`, a quarter of the channels turned."""
        channels = self.draft.shapes[source][2]
        gain = seeds.integers(self.stream(f"{name}/gain"), channels, 750, 1250) / 1000.0
        turn = 1 - 2 * (seeds.integers(self.stream(f"{name}/turn"), channels, 0, 3) == 0)
        bias = seeds.integers(self.stream(f"{name}/bias"), channels, -32, 32) / 256.0 + offset
        return self.add(
            Affine(
                name=name,
                inputs=(source,),
                output=name,
                scale=(gain * turn * unit).astype("float32"),
                bias=bias.astype("float32"),
            )
        )

    def bytes(self, name: str, source: str, step: float) -> str:
        return self.add(
            Quant(
                name=name,
                inputs=(source,),
                output=name,
                scale=step,
                zero=0,
                low=-128,
                high=127,
                bits=8,
            )
        )

    def integers(self, name: str, shape: tuple[int, ...]) -> NDArray[np.int8]:
        count = shape[0] * shape[1] * shape[2] * shape[3]
        made = seeds.integers(self.stream(f"{name}/weights"), count, -_TOP, _TOP)
        return made.astype("i1").reshape(shape)

    def stream(self, what: str) -> int:
        return seeds.stream_seed(self.seed, what)

    def add(self, node: Node) -> str:
        return self.draft.add(node)


def _signs(words: NDArray[np.uint64], shape: tuple[int, ...]) -> NDArray[np.int8]:
    """Words of 64 weights, a new one at every tap; a set bit is -1."""
    import numpy as np

    rows = words.astype("<u8").view(np.uint8).reshape(*shape[:3], -1)
    bits = np.unpackbits(rows, axis=-1, bitorder="little")[..., : shape[3]]
    return (1 - 2 * bits.astype(np.int8)).astype(np.int8)


def _plain(values: NDArray[np.int8], *, bits: int, scale: float = 1.0) -> Weights:
    import numpy as np

    encoding = Encoding.BIPOLAR if bits == 1 else Encoding.SIGNED
    steps = np.full(len(values), scale, np.float32)
    return Weights(values=values, scale=steps, bits=bits, encoding=encoding)


def _window(kernel: int, stride: int) -> Window:
    pad = kernel // 2
    return Window(kernel=(kernel, kernel), stride=(stride, stride), pads=(pad,) * 4)


def _zeros(count: int) -> Floats:
    import numpy as np

    return np.zeros(count, np.float32)
