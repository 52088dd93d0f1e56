"""Makes the recorded files of data/: small seeded networks, converted and run by Larq's own tools.

Not run by the tests, which need none of this. To make them anew (Python 3.11, about 1.5 GB):
    pip install larq-compute-engine==0.16.0 tensorflow-cpu==2.15.1 "numpy<2" larq==0.14.0
    python -m tests.networks.importing.import_lce.make_models
The outputs are those of LCE's interpreter; Keras must agree, and LCE's reference kernels exactly.
"""

from __future__ import annotations

import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import larq as lq
import larq_compute_engine as lce
import numpy as np
import tensorflow as tf

from harness.networks.sources import seeds

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).with_name("data")
L = tf.keras.layers


def binary(filters: int, kernel: int | tuple[int, int] = 3, **options: Any) -> Any:
    signs = {"input_quantizer": "ste_sign", "kernel_quantizer": "ste_sign"}
    return lq.layers.QuantConv2D(filters, kernel, use_bias=False, **signs, **options)


def norm(x: Any) -> Any:
    return L.BatchNormalization()(x)


def zeros_around(x: Any) -> Any:
    """Two convolutions padded with zeros: even strides put TensorFlow's odd pad behind."""
    x = norm(binary(33, padding="same", pad_values=0)(x))
    x = binary(20, padding="same", pad_values=0, strides=2)(x)
    return norm(x)


def ones_around(x: Any) -> Any:
    """Real numbers out, behind an activation; then stride 2."""
    x = norm(binary(33, padding="same", pad_values=1, activation="relu")(x))
    return norm(binary(20, (5, 3), padding="same", pad_values=1, strides=2)(x))


def no_pads(x: Any) -> Any:
    x = norm(binary(9, (3, 2), padding="valid", strides=(1, 2), activation="relu6")(x))
    return norm(binary(6, 2, padding="valid", activation="relu")(x))


def packed(x: Any) -> Any:
    """Signs all the way: thresholds, both kinds of maximum, an activation before a threshold."""
    x = norm(binary(33, padding="same", pad_values=1)(x))
    x = L.MaxPool2D(3, 2, padding="same")(x)
    x = norm(binary(40, padding="same", pad_values=1, strides=2, activation="relu")(x))
    x = norm(binary(36, 2, padding="valid")(x))
    x = L.MaxPool2D((1, 2), 1)(x)
    return norm(binary(70, 1)(x))


def bireal(x: Any) -> Any:
    """A stem, a block with the identity, one that doubles channels at half the size, a head."""
    x = norm(L.Conv2D(16, 7, strides=2, padding="same", use_bias=False)(x))
    x = L.MaxPool2D(3, 2, padding="same")(x)
    x = L.add([norm(binary(16, padding="same")(x)), x])
    short = L.AvgPool2D(2, 2, padding="same")(x)
    short = norm(L.Conv2D(32, 1, use_bias=False)(short))
    x = L.add([norm(binary(32, padding="same", strides=2)(x)), short])
    x = L.Flatten()(L.AvgPool2D(x.shape[1:3])(x))
    return L.Dense(10)(x)


def real(x: Any) -> Any:
    """TFLite's own operators, and a PAD in front of a sign."""
    x = L.ZeroPadding2D(((1, 2), (2, 1)))(x)
    x = L.Conv2D(8, 3, strides=2, activation="relu6")(x)
    x = L.concatenate([L.Conv2D(4, 3, padding="same")(x), L.MaxPool2D(2, 1, padding="same")(x)])
    x = L.ReLU()(norm(x))
    x = norm(L.AvgPool2D(2, 2, padding="same")(x))
    x = L.Lambda(lambda t: tf.pad(t, [[0, 0], [1, 1], [1, 0], [0, 0]]))(x)
    x = L.ReLU()(norm(binary(16, 2)(x)))
    x = L.Flatten()(x)
    x = L.Dense(12, activation="relu")(x)
    return L.Dense(6)(x)


def classes(x: Any) -> Any:
    """A mean over the map and a softmax at the end."""
    x = norm(binary(16, padding="same", pad_values=1)(x))
    return L.Softmax()(L.Dense(5)(L.GlobalAveragePooling2D()(x)))


def signs_out(x: Any) -> Any:
    """Signs that are read as numbers again."""
    x = norm(binary(12, 2)(x))
    return L.AvgPool2D(2)(lq.quantizers.SteSign()(x))


def depthwise(x: Any) -> Any:
    return L.DepthwiseConv2D(3)(norm(binary(8)(x)))


def groups(x: Any) -> Any:
    return norm(binary(64, groups=2)(x))


def dilated(x: Any) -> Any:
    return norm(binary(8, 2, dilation_rate=2)(x))


def sigmoid(x: Any) -> Any:
    return L.Activation("sigmoid")(norm(binary(8)(x)))


def int8(x: Any) -> Any:
    return norm(L.Conv2D(8, 3)(norm(binary(8)(x))))


TAKEN: dict[str, tuple[Callable[[Any], Any], tuple[int, int, int]]] = {
    "zeros_around": (zeros_around, (7, 8, 40)),
    "ones_around": (ones_around, (7, 8, 40)),
    "no_pads": (no_pads, (6, 7, 5)),
    "packed": (packed, (9, 10, 40)),
    "bireal": (bireal, (17, 18, 3)),
    "real": (real, (11, 10, 3)),
    "classes": (classes, (5, 6, 32)),
    "signs_out": (signs_out, (5, 7, 3)),
}
REFUSED: dict[str, tuple[Callable[[Any], Any], tuple[int, int, int]]] = {
    "depthwise": (depthwise, (6, 6, 8)),
    "groups": (groups, (4, 4, 128)),
    "dilated": (dilated, (6, 6, 8)),
    "sigmoid": (sigmoid, (6, 6, 8)),
    "int8": (int8, (6, 6, 8)),
}


def image(name: str, shape: tuple[int, int, int]) -> np.ndarray[Any, Any]:
    """The input of a case, which the tests make again."""
    count = shape[0] * shape[1] * shape[2]
    return seeds.normals(seeds.stream_seed(1, name), count).reshape(shape)


def build(name: str, body: Callable[[Any], Any], shape: tuple[int, int, int]) -> Any:
    tf.keras.backend.clear_session()
    given = L.Input(shape)
    model = tf.keras.Model(given, body(given))
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    model.set_weights([_seeded(rng, weight) for weight in model.weights])
    return model


def _seeded(rng: np.random.Generator, weight: Any) -> np.ndarray[Any, Any]:
    shape = tuple(weight.shape)
    if "variance" in weight.name:
        spread: np.ndarray[Any, Any] = rng.uniform(0.5, 2.0, shape)
        return spread
    # batch norms get factors of both signs, which turn thresholds round
    fan_in = float(np.prod(shape[:-1])) if len(shape) > 1 and "quant" not in weight.name else 1.0
    values: np.ndarray[Any, Any] = rng.normal(0.0, 1.0, shape) / np.sqrt(fan_in)
    return values


def main() -> None:
    outputs = {}
    for name, (body, shape) in (TAKEN | REFUSED).items():
        model = build(name, body, shape)
        options = {"experimental_default_int8_range": (-3.0, 3.0)} if name == "int8" else {}
        file = lce.convert_keras_model(model, **options)
        (DATA / f"recorded_{name}.tflite").write_bytes(file)
        if name in REFUSED:
            continue
        data = image(name, shape)[None]
        made = lce.tflite.python.interpreter.Interpreter(file).predict(data)
        keras = model.predict(data, verbose=0)
        far = float(np.abs(made - keras).max() / np.abs(keras).max())
        sys.stdout.write(f"{name}: {len(file)} bytes, {far:.1e} from Keras\n")
        assert far < 1e-5, name
        outputs[name] = made[0]
    np.savez_compressed(DATA / "recorded_outputs.npz", **outputs)


if __name__ == "__main__":
    main()
