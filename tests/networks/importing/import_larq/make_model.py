"""Makes the recorded file of data/: larq-zoo's own Bi-Real net, narrow, with seeded weights.

Not run by the tests, which need none of this. To make it anew (Python 3.11, about 1.5 GB):
    pip install larq-zoo==2.4.0 tensorflow-cpu==2.15.1 "numpy<2" larq==0.14.0
    python -m tests.networks.importing.import_larq.make_model
The file is what `save_weights` writes. Weights are multiples of 1/4, so
that it packs small and zeros are among them. The output is that of the layer before the softmax.
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from larq_zoo.literature.birealnet import BiRealNetFactory

from harness.networks.sources import seeds

DATA = Path(__file__).with_name("data")
SIDE, CLASSES, WIDTH = 50, 10, 2


def image() -> np.ndarray[Any, Any]:
    """The input, which the tests make again."""
    return seeds.normals(seeds.stream_seed(1, "birealnet"), SIDE * SIDE * 3).reshape(SIDE, SIDE, 3)


def _seeded(index: int, weight: Any) -> np.ndarray[Any, Any]:
    """Nearly normal for kernels; batch norms that neither swamp nor erase a block."""
    shape = tuple(weight.shape)
    count = int(np.prod(shape))
    values = seeds.normals(seeds.stream_seed(2, str(index)), count).reshape(shape)
    if "variance" in weight.name:
        values = np.abs(values) * 4 + 1
    rounded: np.ndarray[Any, Any] = np.rint(values * 4) / 4
    return rounded


def main() -> None:
    model = BiRealNetFactory(
        include_top=True,
        weights=None,
        input_tensor=None,
        input_shape=(SIDE, SIDE, 3),
        num_classes=CLASSES,
        filters=WIDTH,
    ).build()
    model.set_weights([_seeded(i, weight) for i, weight in enumerate(model.weights)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "birealnet.h5"
        model.save_weights(path)
        packed = gzip.compress(path.read_bytes(), 9, mtime=0)
    (DATA / "recorded_birealnet.h5.gz").write_bytes(packed)
    logits = tf.keras.Model(model.input, model.get_layer("dense").output)
    output = logits.predict(image()[None], verbose=0)[0]
    np.save(DATA / "recorded_birealnet_output.npy", output)
    sys.stdout.write(f"{len(packed)} bytes; {output}\n")


if __name__ == "__main__":
    main()
