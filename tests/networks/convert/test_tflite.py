"""The .tflite file; that LiteRT takes it and is right is tested with its worker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.convert.read import read
from harness.networks.convert.steps import Conv, Flatten, Steps, Window
from harness.networks.convert.tflite import write
from tests.runtimes.small import small

CONV = Conv(
    inputs=("x",),
    output="y",
    weights=np.ones((4, 2, 3, 3), np.float32),
    bias=np.zeros(4, np.float32),
    window=Window(kernel=(3, 3), pads=(1, 1, 1, 1)),
)


def test_the_file_is_marked_and_always_the_same() -> None:
    made = write(read(small().onnx))["tflite"]
    assert made[4:8] == b"TFL3"
    assert made == write(read(small().onnx))["tflite"]


def test_weights_lie_where_they_can_be_read_in_place() -> None:
    steps = Steps(
        name="g",
        input="x",
        output="y",
        steps=(replace(CONV, weights=np.full((4, 2, 3, 3), 3.25, np.float32)),),
        shapes={"x": (1, 2, 8, 8), "y": (1, 4, 8, 8)},
    )
    made = write(steps)["tflite"]
    assert made.index(np.full(72, 3.25, "<f4").tobytes()) % 16 == 0


@pytest.mark.parametrize(
    ("step", "shapes", "words"),
    [
        (replace(CONV, groups=2), {"y": (1, 4, 8, 8)}, "'y' in 2 groups"),
        (Flatten(inputs=("x",), output="y"), {"y": (1, 128)}, r"flattens a map \(8, 8\)"),
    ],
)
def test_what_the_form_cannot_say_is_refused(
    step: Conv | Flatten, shapes: dict[str, tuple[int, ...]], words: str
) -> None:
    known = {"x": (1, 2, 8, 8), **shapes}
    with pytest.raises(NetworkError, match=words):
        write(Steps(name="g", input="x", output="y", steps=(step,), shapes=known))
