"""What cannot be taken is refused by index, name, reason and a way out, before anything is made."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from harness.errors import NetworkError
from harness.networks.importing.import_lce.load import load, read, translate
from harness.networks.importing.import_lce.nouns import File, Operator, Tensor
from harness.networks.models.evaluate import evaluate
from harness.networks.models.model import Conv, Model
from harness.networks.plans.graph import Border

DATA = Path(__file__).with_name("data")
Step = tuple[str, tuple[int | None, ...], tuple[int, ...], dict[str, int]]
BCONV = {
    "channels_in": 40,
    "dilation_height_factor": 1,
    "dilation_width_factor": 1,
    "fused_activation_function": 0,
    "pad_values": 1,
    "padding": 0,
    "stride_height": 1,
    "stride_width": 1,
}
CONV = {
    "padding": 1,
    "stride_h": 1,
    "stride_w": 1,
    "dilation_h_factor": 1,
    "dilation_w_factor": 1,
    "fused_activation_function": 0,
}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("depthwise", r"operator 2 \(DEPTHWISE_CONV_2D\).*\n  use plain convolutions"),
        ("groups", r"operator 1 \(LceBconv2d\).*reads 64 of 128 channels; groups"),
        ("dilated", r"operator 1 \(LceBconv2d\).*dilated by 2"),
        ("sigmoid", r"operator 2 \(LOGISTIC\)"),
        ("int8", r"operator 0 \(QUANTIZE\).*\n  convert without int8"),
    ],
)
def test_the_first_operator_that_cannot_be_taken_is_named(name: str, words: str) -> None:
    path = DATA / f"recorded_{name}.tflite"
    with pytest.raises(NetworkError, match=words) as caught:
        load(path)
    assert caught.value.where == str(path)


def graph(
    given: tuple[int, ...],
    *steps: Step,
    constants: tuple[NDArray[Any], ...] = (),
    types: tuple[str, ...] = (),
) -> File:
    """A file by hand: tensor 0 is the input, then one a step, then the constants."""
    names = {"f": "FLOAT32", "i": "INT32"}
    tensors = [Tensor(name="in", type="FLOAT32", shape=given, data=None)]
    for i, (kind, _, shape, _) in enumerate(steps):
        made = "INT32" if kind == "LceQuantize" else "FLOAT32"
        made = types[i] if types else made
        tensors.append(Tensor(name=f"made{i}", type=made, shape=shape, data=None))
    for i, data in enumerate(constants):
        kind = names[data.dtype.kind]
        tensors.append(Tensor(name=f"const{i}", type=kind, shape=data.shape, data=data))
    operators = tuple(
        Operator(index=i, kind=kind, inputs=inputs, outputs=(i + 1,), options=options)
        for i, (kind, inputs, _, options) in enumerate(steps)
    )
    return File(tensors=tuple(tensors), operators=operators, input=0, output=len(steps))


def made(file: File) -> Model:
    return translate(file, where="x.tflite", name="x")


def bits(shape: tuple[int, ...]) -> NDArray[np.int32]:
    """Kernel words of 40 channels, two a tap: the tail of the second is zero."""
    words = np.random.default_rng(3).integers(-(2**31), 2**31, shape).astype(np.int32)
    words[..., 1] &= 0xFF
    return words


def signs(
    thresholds: NDArray[np.int32] | None, options: dict[str, int], kernel: NDArray[np.int32]
) -> File:
    """Quantise, a binary convolution with thresholds or with reals, and back to reals."""
    given, out = (1, 4, 5, 40), (1, 4, 5, kernel.shape[0])
    packed = (1, 4, 5, -(-kernel.shape[0] // 32))
    if thresholds is None:
        count = kernel.shape[0]
        floats = (np.ones(count, np.float32), np.zeros(count, np.float32))
        steps: tuple[Step, ...] = (
            ("LceQuantize", (0,), (1, 4, 5, 2), {}),
            ("LceBconv2d", (1, 3, 4, 5, None), out, options),
        )
        return graph(given, *steps, constants=(kernel, *floats))
    return graph(
        given,
        ("LceQuantize", (0,), (1, 4, 5, 2), {}),
        ("LceBconv2d", (1, 4, None, None, 5), packed, options),
        ("LceDequantize", (2,), out, {}),
        constants=(kernel, thresholds),
        types=("INT32", "INT32", "FLOAT32"),
    )


def test_thresholds_count_mismatches_and_reach_always_and_never() -> None:
    kernel = bits((6, 3, 3, 2))
    levels = np.array([-(2**31), -1, 150, 180, 360, 2**31 - 1], np.int32)
    image = np.random.default_rng(4).normal(size=(4, 5, 40)).astype(np.float32)
    sums = made(signs(None, BCONV, kernel))
    mismatches = (360 - evaluate(sums, image)[sums.output]) / 2
    model = made(signs(levels, BCONV, kernel))
    seen = evaluate(model, image)[model.output]
    np.testing.assert_array_equal(seen, np.where(mismatches > levels, -1.0, 1.0))
    assert (seen[..., :2] == -1).all()
    assert (seen[..., 4:] == 1).all()
    assert {-1.0, 1.0} == set(seen[..., 2:4].ravel().tolist())


def test_signs_of_zero_padded_sums_need_an_even_number_of_channels() -> None:
    zeros = BCONV | {"pad_values": 0}
    levels = np.zeros(6, np.int32)
    conv = next(
        n for n in made(signs(levels, zeros, bits((6, 3, 3, 2)))).nodes if isinstance(n, Conv)
    )
    assert conv.border is Border.ZERO
    file = signs(levels, zeros | {"channels_in": 39}, bits((6, 3, 3, 2)) & 0x7F)
    odd = replace(file.tensors[0], shape=(1, 4, 5, 39))
    with pytest.raises(NetworkError, match="an odd number of channels"):
        made(replace(file, tensors=(odd, *file.tensors[1:])))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"channels_in": 41}, "reads 41 channels of 40"),
        ({"pad_values": 2}, "pad_values is 2, wants 0..1"),
        ({"padding": 7}, "padding is 7"),
        ({"stride_height": 0}, "stride_height is 0"),
        ({"stride_width": 2}, r"the shape \[1, 4, 5, 6\] in the file, but \[1, 4, 3, 6\]"),
        ({"fused_activation_function": 4}, r"activation \(4\)"),
    ],
)
def test_options_that_mean_nothing_are_refused(changes: dict[str, int], words: str) -> None:
    with pytest.raises(NetworkError, match=f"operator 1 .*{words}"):
        made(signs(None, BCONV | changes, bits((6, 3, 3, 2))))


def test_bits_behind_the_last_channel_are_refused() -> None:
    kernel = bits((6, 3, 3, 2))
    kernel[0, 0, 0, 1] = 0x100
    with pytest.raises(NetworkError, match="bits behind the last channel"):
        made(signs(None, BCONV, kernel))


def test_a_missing_option_is_named() -> None:
    options = {k: v for k, v in BCONV.items() if k != "padding"}
    with pytest.raises(NetworkError, match="its option padding is missing"):
        made(signs(None, options, bits((6, 3, 3, 2))))


KERNEL = np.ones((2, 3, 3, 1), np.float32)
PADS = np.array([[0, 0], [1, 1], [1, 1], [0, 0]], np.int32)


def after_pad(kind: str, *rest: int, options: dict[str, int], out: tuple[int, ...]) -> File:
    pad: Step = ("PAD", (0, 3), (1, 6, 6, 1), {})
    return graph((1, 4, 4, 1), pad, (kind, (1, *rest), out, options), constants=(PADS, KERNEL))


def test_a_pad_in_front_of_a_convolution_that_pads_itself() -> None:
    file = after_pad("CONV_2D", 4, options=CONV | {"padding": 0}, out=(1, 6, 6, 2))
    conv = made(file).nodes[0]
    assert isinstance(conv, Conv)
    assert conv.window.pads == (2, 2, 2, 2)


def test_a_pad_in_front_of_anything_else_is_refused() -> None:
    with pytest.raises(NetworkError, match=r"operator 1 \(RELU\).*padded by an operator"):
        made(after_pad("RELU", options={}, out=(1, 6, 6, 1)))
    relu: Step = ("RELU", (0,), (1, 4, 4, 1), {})
    file = graph((1, 4, 4, 1), relu, ("PAD", (1, 3), (1, 6, 6, 1), {}), constants=(PADS,))
    with pytest.raises(NetworkError, match="ends in a PAD"):
        made(file)


@pytest.mark.parametrize(("outside", "border"), [(-2.0, Border.MINUS_ONE), (0.5, Border.PLUS_ONE)])
def test_a_pad_with_a_number_is_kept_through_a_sign(outside: float, border: Border) -> None:
    kernel = np.array([0, 1], np.int32).reshape(2, 1, 1, 1)
    file = graph(
        (1, 4, 4, 1),
        ("PADV2", (0, 4, 5), (1, 6, 6, 1), {}),
        ("LceQuantize", (1,), (1, 6, 6, 1), {}),
        ("LceBconv2d", (2, 6, 7, 8), (1, 6, 6, 2), BCONV | {"channels_in": 1}),
        constants=(
            *(PADS, np.array([outside], np.float32), kernel),
            *(np.ones(2, np.float32), np.zeros(2, np.float32)),
        ),
    )
    model = made(file)
    conv = model.nodes[-1]
    assert isinstance(conv, Conv)
    assert conv.border is border
    image = np.ones((4, 4, 1), np.float32)
    edge = evaluate(model, image)[model.output][0, 0]
    wanted = 1.0 if border is Border.PLUS_ONE else -1.0
    assert edge.tolist() == [wanted, -wanted]


@pytest.mark.parametrize(
    ("kind", "constant", "words"),
    [
        ("ADD", np.ones(3, np.float32), "none per channel"),
        ("MUL", np.ones((1, 4, 4, 2), np.float32), "none per channel"),
        ("ADD", np.ones(2, np.int32), "INT32, wants FLOAT32"),
    ],
)
def test_constants_that_are_none_per_channel(kind: str, constant: NDArray[Any], words: str) -> None:
    options = {"fused_activation_function": 0}
    step: Step = (kind, (0, 2), (1, 4, 4, 2), options)
    with pytest.raises(NetworkError, match=words):
        made(graph((1, 4, 4, 2), step, constants=(constant,)))


def test_two_maps_are_added_but_not_multiplied() -> None:
    options = {"fused_activation_function": 0}
    made(graph((1, 4, 4, 2), ("ADD", (0, 0), (1, 4, 4, 2), options)))
    with pytest.raises(NetworkError, match="multiplies two maps"):
        made(graph((1, 4, 4, 2), ("MUL", (0, 0), (1, 4, 4, 2), options)))


def test_an_input_that_nothing_computes_is_named() -> None:
    step: Step = ("RELU", (1,), (1, 4, 4, 2), {})
    with pytest.raises(NetworkError, match=r"input 0 \(made0\) is computed by nothing before it"):
        made(graph((1, 4, 4, 2), step))


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((2, 4, 4, 1), "batch is 2"),
        ((1, 4, 4), "has 3 dimensions"),
        ((1, 5000, 1, 1), "out of range"),
        ((1, 4096, 4096, 64), "out of range"),
        ((1, 0, 4, 1), "out of range"),
    ],
)
def test_inputs_of_another_form(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        made(graph(shape, ("RELU", (0,), shape, {})))


def test_a_softmax_in_the_middle_is_refused() -> None:
    file = graph((1, 4), ("SOFTMAX", (0,), (1, 4), {}), ("RELU", (1,), (1, 4), {}))
    with pytest.raises(NetworkError, match="not the last operator"):
        made(file)


def test_shared_constants_cannot_make_a_small_file_large() -> None:
    kernel = np.zeros((4096, 3, 3, 128), np.float32)
    pads = CONV | {"padding": 0}
    steps: list[Step] = [("CONV_2D", (0, 101), (1, 1, 1, 4096), pads)] * 100
    with pytest.raises(NetworkError, match=r"operator 56 .*more than 268435456 weights"):
        made(graph((1, 1, 1, 128), *steps, constants=(kernel,)))


def test_without_its_packages_the_one_line_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tflite", None)
    data = (DATA / "recorded_packed.tflite").read_bytes()
    with pytest.raises(NetworkError, match=r"pip install 'lowbit-edge-harness\[lce\]'"):
        read(data, where="x", name="x")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="cannot be read: No such file"):
        load(tmp_path / "none.tflite")
