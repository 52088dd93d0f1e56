"""ResNet-18 in the usual layout (v1, basic blocks) with seeded weights: for speed only.

Batch norms are Affine nodes of their own, as trainers leave them; their numbers are seeded so that
activations stay within a few units from the first block to the last.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.networks.models.draft import Draft, float_weights
from harness.networks.models.model import Add, Affine, Dense
from harness.networks.sources import seeds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.models.model import Model

INPUT, OUTPUT = "input", "logits"
SIDE, CLASSES, SEED = 224, 1000, 1
_STAGES = ((1, 64, 1), (2, 128, 2), (3, 256, 2), (4, 512, 2))  # number, channels, first stride
_BLOCKS = 2
# what a block adds to its shortcut is smaller than that, so that eight sums stay in range
_BRANCH_GAIN = 0.5


def resnet18(*, seed: int = SEED, side: int = SIDE, classes: int = CLASSES) -> Model:
    """Return the model for `side` x `side` x 3 (a multiple of 32)."""
    return _Builder(seed, side).build(classes)


class _Builder:
    def __init__(self, seed: int, side: int) -> None:
        self.seed = seed
        self.draft = Draft(name="resnet18", shape=(side, side, 3), source=INPUT)

    def build(self, classes: int) -> Model:
        x = self.conv_bn("conv1", "bn1", INPUT, 64, size=7, stride=2)
        x = self.draft.relu("relu", x)
        x = self.draft.max_pool("maxpool", x, kernel=3, stride=2, pad=1)
        for number, channels, first_stride in _STAGES:
            for block in range(_BLOCKS):
                stride = first_stride if block == 0 else 1
                x = self.block(f"layer{number}.{block}", x, channels, stride)
        return self.draft.model(self.head(self.draft.mean("avgpool", x), classes))

    def block(self, name: str, x: str, channels: int, stride: int) -> str:
        given = self.draft.shapes[x][2]
        shortcut = x
        if stride != 1 or given != channels:
            names = (f"{name}.downsample.0", f"{name}.downsample.1")
            shortcut = self.conv_bn(*names, x, channels, size=1, stride=stride)
        y = self.conv_bn(f"{name}.conv1", f"{name}.bn1", x, channels, size=3, stride=stride)
        y = self.draft.relu(f"{name}.relu1", y)
        names = (f"{name}.conv2", f"{name}.bn2")
        y = self.conv_bn(*names, y, channels, size=3, gain=_BRANCH_GAIN)
        total = Add(name=f"{name}.add", inputs=(y, shortcut), output=f"{name}.add")
        return self.draft.relu(f"{name}.relu2", self.draft.add(total))

    def conv_bn(
        self,
        conv: str,
        norm: str,
        source: str,
        channels: int,
        *,
        size: int,
        stride: int = 1,
        gain: float = 1.0,
    ) -> str:
        given = self.draft.shapes[source][2]
        kernel = seeds.he_kernel(self.seed, f"resnet18/{conv}", (channels, size, size, given))
        made = self.draft.conv(conv, source, kernel, stride=stride, pad=size // 2)
        scale = self.spread(f"{norm}/scale", channels, 0.25) + 1.0
        affine = Affine(
            name=norm,
            inputs=(made,),
            output=norm,
            scale=(scale * gain).astype("float32"),
            bias=self.spread(f"{norm}/bias", channels, 0.125),
        )
        return self.draft.add(affine)

    def head(self, source: str, classes: int) -> str:
        shape = (classes, *self.draft.shapes[source])
        return self.draft.add(
            Dense(
                name="fc",
                inputs=(source,),
                output=OUTPUT,
                weights=float_weights(seeds.he_kernel(self.seed, "resnet18/fc", shape)),
                bias=self.spread("fc/bias", classes, 0.125),
            )
        )

    def spread(self, name: str, count: int, most: float) -> NDArray[np.float32]:
        """Return `count` numbers between -most and most."""
        seed = seeds.stream_seed(self.seed, f"resnet18/{name}")
        values = seeds.integers(seed, count, -1024, 1024) / 1024.0 * most
        return values.astype("float32")
