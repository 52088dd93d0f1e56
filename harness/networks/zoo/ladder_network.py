"""The ladder's nets as entries of the registry: one network per width, seven schemes, all trained.

So accuracy stands beside milliseconds and millijoules at every bit width. Plans carry the accuracy
over all 10,000 test images of the very integers they compute; ONNX is the fp32 net, and at w8a8 the
same quantised by onnxruntime's tool, whose agreement is taken over the images of the sample.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from harness.networks.preparing.float_forms import FloatForms, plan_of
from harness.networks.preparing.network import batch_fault
from harness.networks.preparing.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.ladder.files import Entry
    from harness.networks.models.model import Model
    from harness.networks.preparing.float_forms import Made

    Images = NDArray[np.float32]

CLASSES = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
CALIBRATION_IMAGES = 64
_ALSO_ONNX = ("fp32", "w8a8")


@dataclass(frozen=True)
class LadderNetwork:
    """An entry of the registry (see `network`); `width` is 0.5, 1 or 2."""

    name: str
    width: str
    packages: tuple[str, ...] = ("numpy", "onnx", "onnxruntime")
    shape: str = "1x28x28"
    trained: bool = True

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """Scheme -> what the index says of the net of this width."""
        from harness.networks.ladder.files import entries

        return {one.scheme: one for one in entries().values() if one.width == self.width}

    @property
    def schemes(self) -> Mapping[str, tuple[str, ...]]:
        """Scheme -> forms; a net that was not trained at a scheme is not there."""
        return {s: ("plan", "onnx") if s in _ALSO_ONNX else ("plan",) for s in self.entries}

    def weights_at_hand(self) -> str:
        """Return "trained": the weights come with the harness."""
        return "trained"

    def obtain(self) -> str:
        """Return "": nothing is ever missing."""
        return ""

    def uses_seed(self) -> bool:
        """Say whether the input depends on the seed: it is an image."""
        return False

    def state(self) -> tuple[str, ...]:
        """Return what the result depends on beyond the arguments of `make`."""
        return tuple(one.sha256 for one in self.entries.values())

    def batch_fault(self, form: str, batch: int) -> str:
        """Return why this batch cannot be, or nothing."""
        return batch_fault(form, batch)

    def model(self, scheme: str) -> Model:
        """Return the layers of the net that was trained at this scheme."""
        from harness.networks.ladder.files import load
        from harness.networks.zoo.ladder_model import ladder_model

        return ladder_model(load(scheme, self.width))

    def make(self, scheme: str, form: str, batch: int, *, input_seed: int) -> Prepared:
        """Return the net with the first images of the sample."""
        del input_seed
        images, labels = _sample()
        made = self._onnx(scheme, images[:batch]) if form == "onnx" else self._plan(scheme, images)
        found = tuple(int(i) for i in made.output.argmax(axis=1))
        entry = self.entries[scheme]
        value, count = entry.accuracy, 10_000
        if form == "onnx" and scheme != "fp32":
            right = made.run(images).argmax(axis=1) == labels
            value, count = float(right.mean()), len(images)
        ready = made.prepared(
            name=self.name,
            scheme=scheme,
            form=form,
            batch=batch,
            weights="trained",
            check_kind="controller-photo",
        )
        return replace(
            ready,
            accuracy_metric="top1",
            accuracy_value=value,
            accuracy_n=count,
            labels=found,
            label_words=tuple(CLASSES[i] for i in found),
        )

    def _onnx(self, scheme: str, images: Images) -> Made:
        """The fp32 net, or that net quantised after training as users of onnxruntime do."""
        return self._forms().onnx(scheme, images)

    def _plan(self, scheme: str, images: Images) -> Made:
        if scheme == "fp32":
            return self._forms().plan(scheme, images[:1])
        return plan_of(self.model(scheme), images[:1])

    def _forms(self) -> FloatForms:
        return FloatForms(self.model("fp32"), lambda: _sample()[0][-CALIBRATION_IMAGES:])


def _sample() -> tuple[Images, NDArray[np.uint8]]:
    """Return the sample's images [256, 1, 28, 28] of -1..1, and their labels."""
    from harness.networks.ladder import sample
    from harness.networks.ladder.evaluate import pixels

    images, labels = sample.load()
    return pixels(images).reshape(len(images), 1, *images.shape[1:3]), labels


LADDER = {
    "ladder_w16": LadderNetwork("ladder_w16", "0.5"),
    "ladder_w32": LadderNetwork("ladder_w32", "1"),
    "ladder_w64": LadderNetwork("ladder_w64", "2"),
}
