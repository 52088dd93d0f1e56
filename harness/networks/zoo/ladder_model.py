"""A net of the ladder as a model, so that it is lowered, counted and exported like any other.

Plans of integer nets equal `ladder.evaluate` to the bit: scales of weights are kept in double here,
so that times the step of the activations they are the very float32 that the net has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from harness.networks.ladder.layout import CLASSES, SCHEMES, SIDE
from harness.networks.models.draft import Draft
from harness.networks.models.model import (
    Add,
    Affine,
    AvgPool,
    Clip,
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

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.ladder import nets

    Floats = NDArray[np.float32]

_WINDOW, _PAD = 3, 1
_BORDERS = {0: Border.ZERO, 1: Border.PLUS_ONE}


def ladder_model(net: nets.LadderNet) -> Model:
    """Return the model; its input are pixels of -1..1, as `ladder.evaluate.pixels` makes them."""
    builder = _Builder(net)
    x = builder.conv("stem", net.stem, builder.draft.input)
    for number, block in enumerate(net.blocks):
        x = builder.block(f"block{number}", block, x)
    return builder.draft.model(builder.head(x))


class _Builder:
    def __init__(self, net: nets.LadderNet) -> None:
        self.net = net
        name = f"ladder_{net.scheme}_w{net.width}"
        self.draft = Draft(name=name, shape=(SIDE, SIDE, 1))

    def block(self, name: str, block: nets.Conv, x: str) -> str:
        shortcut = x
        if block.stride == 2:
            halves = Window(kernel=(2, 2), stride=(2, 2), ceil=True)
            pool = AvgPool(name=f"{name}.pool", inputs=(x,), output=f"{name}.pool", window=halves)
            shortcut = self.add(pool)
        if len(block.weights) != self.draft.shapes[x][2]:
            shortcut = self.draft.concat(f"{name}.twice", shortcut, shortcut)
        made = self.conv(f"{name}.conv", block, x)
        return self.add(Add(name=name, inputs=(made, shortcut), output=name))

    def conv(self, name: str, layer: nets.Conv, x: str) -> str:
        given = self.seen(name, layer.input, x)
        return self.add(
            Conv(
                name=name,
                inputs=(given,),
                output=name,
                weights=self.weights(layer, layer.weights, inner=name != "stem"),
                bias=layer.bias,
                window=Window(
                    kernel=(_WINDOW, _WINDOW),
                    stride=(layer.stride, layer.stride),
                    pads=(_PAD,) * 4,
                ),
                border=_BORDERS[layer.border],
            )
        )

    def head(self, x: str) -> str:
        norm, dense = self.net.norm, self.net.dense
        scaled = Affine(name="norm", inputs=(x,), output="norm", scale=norm.scale, bias=norm.bias)
        pooled = self.draft.mean("mean", self.draft.relu("relu", self.add(scaled)))
        given = self.seen("dense", dense.input, pooled)
        kernel = dense.weights.reshape(CLASSES, 1, 1, -1)
        return self.add(
            Dense(
                name="logits",
                inputs=(given,),
                output="logits",
                weights=self.weights(dense, kernel, inner=False),
                bias=dense.bias,
            )
        )

    def seen(self, name: str, how: nets.Quantiser, x: str) -> str:
        """What a layer multiplies its weights with."""
        given = f"{name}.in"
        match how.kind:
            case "none":
                return x
            case "relu":
                return self.add(Clip(name=given, inputs=(x,), output=given, low=0.0))
            case "sign":
                return self.add(Sign(name=given, inputs=(x,), output=given))
            case "codes":
                return self.add(
                    Quant(
                        name=given,
                        inputs=(x,),
                        output=given,
                        scale=how.step,
                        zero=0,
                        low=how.low,
                        high=how.high,
                        # 0..127 is what a ReLU leaves of eight bits
                        bits=8 if how.high > 15 else how.high.bit_length(),
                    )
                )

    def weights(
        self, layer: nets.Conv | nets.Dense, values: nets.Kernel, *, inner: bool
    ) -> Weights:
        import numpy as np

        scheme = SCHEMES[self.net.scheme]
        if scheme.levels == "real":
            column = layer.scale.reshape(-1, 1, 1, 1)
            ones = np.ones(len(values), np.float32)
            return Weights(values=(values * column).astype(np.float32), scale=ones)
        step = 1.0 if layer.input.kind == "sign" else layer.input.step
        is_odd = inner and scheme.levels in ("odd", "sign")
        return Weights(
            values=values.astype(np.int8),
            scale=cast("Floats", layer.scale.astype(np.float64) / step),
            bits=scheme.weight_bits if inner else 8,
            encoding=Encoding.BIPOLAR if is_odd else Encoding.SIGNED,
            ternary=inner and scheme.levels == "ternary",
        )

    def add(self, node: Node) -> str:
        return self.draft.add(node)
