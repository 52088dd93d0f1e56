"""The Bi-Real net of larq-zoo 2.4.0 (literature.BiRealNet) from its weights in Keras' order.

Written after Larq Zoo's description of the network, not after its names: Keras matches weights by
their order, and names differ from file to file. Width and number of classes are read off the
shapes; where any other shape stands, the layout is another one and nothing is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.importing.same_pads import same_window
from harness.networks.models.model import (
    Add,
    Affine,
    AvgPool,
    Conv,
    Dense,
    MaxPool,
    Model,
    Sign,
    Weights,
    Window,
)
from harness.networks.plans.graph import Border, Encoding

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.importing.import_larq.file import Layer
    from harness.networks.models.model import Node

    Floats = NDArray[np.float32]

INPUT, OUTPUT = "image", "logits"
LAYERS = 41  # that have weights
_EPSILON = 1e-3  # Keras' default
_OTHERS = "convert other networks of Larq with larq-compute-engine, and import the .tflite file"


def build(layers: Sequence[Layer], *, side: int, name: str, where: str) -> Model:
    """Return the network for images of side x side; NetworkError for any other layout."""
    if len(layers) == LAYERS - 1:
        raise NetworkError(
            "the classifier is missing", where=where, do="take birealnet_weights.h5, not _notop"
        )
    if len(layers) != LAYERS:
        raise NetworkError(
            f"is no Bi-Real net of Larq Zoo: {len(layers)} layers with weights, wants {LAYERS}",
            where=where,
            do=_OTHERS,
        )
    drawing = _Drawing(layers, where)
    x = drawing.stem(side)
    for stage in range(4):
        for block in range(4):
            x = drawing.block(x, wider=stage > 0 and block == 0)
    drawing.head(x)
    return Model(
        name=name, input=INPUT, output=OUTPUT, nodes=tuple(drawing.nodes), shapes=drawing.shapes
    )


class _Drawing:
    """The nodes so far, and the weights not yet used."""

    def __init__(self, layers: Sequence[Layer], where: str) -> None:
        self.nodes: list[Node] = []
        self.shapes: dict[str, tuple[int, int, int]] = {}
        self._layers = layers
        self._used = 0
        self._where = where

    def stem(self, side: int) -> str:
        self.shapes[INPUT] = (side, side, 3)
        kernel = self._kernel((7, 7, 3, None))
        x = self._conv("stem", INPUT, _real(kernel), stride=2)
        x = self._norm("stem.norm", x)
        h, w, c = self.shapes[x]
        window, sides = same_window((h, w), (3, 3), (2, 2))
        pool = MaxPool(name="stem.pool", inputs=(x,), output="stem.pool", window=window)
        return self._put(pool, (*sides, c))

    def block(self, x: str, *, wider: bool) -> str:
        """x = norm(conv(sign(x))) + shortcut(x).

        Where a block doubles the channels, Keras keeps its weights in the order: binary kernel,
        kernel of the shortcut, norm behind the binary one, norm of the shortcut.
        """
        name = f"block{sum(isinstance(n, Sign) for n in self.nodes) + 1}"
        given = self.shapes[x][2]
        count = 2 * given if wider else given
        signs = self._put(Sign(name=f"{name}.sign", inputs=(x,), output=f"{name}.sign"), x)
        kernel = self._kernel((3, 3, given, count))
        y = self._conv(f"{name}.conv", signs, _binary(kernel), stride=2 if wider else 1)
        short = x
        if wider:
            short = self._halved(f"{name}.pool", x)
            one = _real(self._kernel((1, 1, given, count)))
            short = self._conv(f"{name}.short", short, one, stride=1)
        y = self._norm(f"{name}.norm", y)
        if wider:
            short = self._norm(f"{name}.short.norm", short)
        return self._put(Add(name=f"{name}.add", inputs=(y, short), output=f"{name}.add"), y)

    def head(self, x: str) -> None:
        h, w, c = self.shapes[x]
        pool = AvgPool(name="mean", inputs=(x,), output="mean", window=Window(kernel=(h, w)))
        self._put(pool, (1, 1, c))
        kernel, bias = self._arrays([(c, None), (None,)])
        if kernel.shape[1:] != bias.shape:
            self._refuse([kernel, bias], [(c, None), (None,)])
        weights = _real(kernel.reshape(1, 1, c, -1))
        dense = Dense(name="dense", inputs=("mean",), output=OUTPUT, weights=weights, bias=bias)
        self._put(dense, (1, 1, bias.size))

    def _halved(self, name: str, x: str) -> str:
        h, w, c = self.shapes[x]
        window, sides = same_window((h, w), (2, 2), (2, 2))
        pool = AvgPool(name=name, inputs=(x,), output=name, window=window)
        return self._put(pool, (*sides, c))

    def _conv(self, name: str, x: str, weights: Weights, *, stride: int) -> str:
        import numpy as np

        count, high, wide, _ = weights.values.shape
        h, w, _ = self.shapes[x]
        window, sides = same_window((h, w), (high, wide), (stride, stride))
        conv = Conv(
            name=name,
            inputs=(x,),
            output=name,
            weights=weights,
            bias=np.zeros(count, np.float32),
            window=window,
            border=Border.ZERO,
        )
        return self._put(conv, (*sides, count))

    def _norm(self, name: str, x: str) -> str:
        import numpy as np

        count = self.shapes[x][2]
        gamma, beta, mean, variance = (a.astype(np.float64) for a in self._arrays([(count,)] * 4))
        if variance.min() < 0:
            self._damaged("a variance is negative")
        scale = gamma / np.sqrt(variance + _EPSILON)
        bias = (beta - mean * scale).astype(np.float32)
        node = Affine(
            name=name, inputs=(x,), output=name, scale=scale.astype(np.float32), bias=bias
        )
        return self._put(node, x)

    def _kernel(self, shape: tuple[int | None, ...]) -> Floats:
        return self._arrays([shape])[0]

    def _arrays(self, shapes: Sequence[tuple[int | None, ...]]) -> tuple[Floats, ...]:
        """The next layer's weights, whose shapes must be these (None: any size)."""
        arrays = self._layers[self._used].weights
        fits = len(arrays) == len(shapes) and all(
            len(array.shape) == len(shape)
            and all(b in {None, a} for a, b in zip(array.shape, shape, strict=True))
            for array, shape in zip(arrays, shapes, strict=True)
        )
        if not fits:
            self._refuse(arrays, shapes)
        self._used += 1
        return arrays

    def _refuse(self, arrays: Sequence[Floats], shapes: Sequence[tuple[int | None, ...]]) -> None:
        layer = self._layers[min(self._used, len(self._layers) - 1)]
        seen = ", ".join(str(list(a.shape)) for a in arrays)
        wanted = ", ".join(str(["any" if n is None else n for n in s]) for s in shapes)
        raise NetworkError(
            f"is no Bi-Real net of Larq Zoo: layer {layer.name!r:.80} holds {seen},"
            f" wants {wanted.replace(chr(39), '')}",
            where=self._where,
            do=_OTHERS,
        )

    def _damaged(self, words: str) -> None:
        layer = self._layers[self._used - 1]
        raise NetworkError(f"layer {layer.name!r:.80}: {words}", where=self._where)

    def _put(self, node: Node, shape: tuple[int, int, int] | str) -> str:
        """Append a node; a value in place of a shape lends its own."""
        self.shapes[node.output] = self.shapes[shape] if isinstance(shape, str) else shape
        self.nodes.append(node)
        return node.output


def _real(kernel: Floats) -> Weights:
    """A kernel [kh, kw, i, o] as it is."""
    import numpy as np

    values = np.ascontiguousarray(kernel.transpose(3, 0, 1, 2))
    return Weights(values=values, scale=np.ones(values.shape[0], np.float32))


def _binary(kernel: Floats) -> Weights:
    """Signs (0 counts as +1) times the mean size of each filter: Larq's magnitude_aware_sign."""
    import numpy as np

    turned = kernel.transpose(3, 0, 1, 2)
    scale = np.abs(turned).mean(axis=(1, 2, 3), dtype=np.float64).astype(np.float32)
    values = np.where(turned < 0, -1, 1).astype(np.int8)
    return Weights(values=values, scale=scale, bits=1, encoding=Encoding.BIPOLAR)
