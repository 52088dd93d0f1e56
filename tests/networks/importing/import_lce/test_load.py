"""Files that Larq's own tools converted and ran: the Model gives the outputs they gave."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks.importing.import_lce.load import load, sniff
from harness.networks.models.evaluate import evaluate
from harness.networks.models.model import Affine, Clip, Conv, MaxPool, Sign
from harness.networks.models.shapes import infer
from harness.networks.plans.graph import Border
from harness.networks.sources import seeds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from harness.networks.models.model import Model

DATA = Path(__file__).with_name("data")
CASES = ("zeros_around", "ones_around", "no_pads", "packed", "bireal", "real", "signs_out")


@cache
def model(name: str) -> Model:
    return load(DATA / f"recorded_{name}.tflite")


def image(name: str, shape: tuple[int, int, int]) -> NDArray[np.float32]:
    count = shape[0] * shape[1] * shape[2]
    return seeds.normals(seeds.stream_seed(1, name), count).reshape(shape)


def expected(name: str) -> NDArray[np.float32]:
    with np.load(DATA / "recorded_outputs.npz") as file:
        values: NDArray[np.float32] = file[name]
    return values


def run(name: str) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32]]:
    made = model(name)
    values = evaluate(made, image(name, made.shapes[made.input]))
    return values, values[made.output]


@pytest.mark.parametrize("name", CASES)
def test_the_outputs_are_those_of_lce(name: str) -> None:
    wanted = expected(name)
    _, seen = run(name)
    far = np.abs(seen.ravel() - wanted.ravel()).max() / np.abs(wanted).max()
    assert far < 1e-6
    assert wanted.std() > 0.1 * np.abs(wanted).max()  # an answer that says something


def test_a_softmax_at_the_end_is_left_out_and_said() -> None:
    _, logits = run("classes")
    powers = np.exp(logits.ravel() - logits.max())
    np.testing.assert_allclose(powers / powers.sum(), expected("classes"), rtol=1e-4)
    assert "logits" in model("classes").notes["softmax"]


@pytest.mark.parametrize("name", [*CASES, "classes"])
def test_shapes_are_those_that_follow_from_the_nodes(name: str) -> None:
    made = model(name)
    assert infer(made.nodes, made.input, made.shapes[made.input]) == dict(made.shapes)
    assert made.nodes[-1].output == made.output
    assert len({node.name for node in made.nodes}) == len(made.nodes)


@pytest.mark.parametrize("name", [*CASES, "classes"])
def test_no_sign_hangs_on_a_rounding(name: str) -> None:
    """Else two exact readings of one file could differ, and the answers above prove little."""
    made = model(name)
    values, _ = run(name)
    for node in made.nodes:
        if isinstance(node, Sign) and node.inputs[0] != made.input:
            assert np.abs(values[node.inputs[0]]).min() > 1e-5, node.name


def test_what_stands_around_a_map_is_kept() -> None:
    zeros = [n.border for n in model("zeros_around").nodes if isinstance(n, Conv)]
    ones = [n.border for n in model("ones_around").nodes if isinstance(n, Conv)]
    assert zeros == [Border.ZERO] * 2
    assert ones == [Border.PLUS_ONE] * 2


def test_even_strides_put_the_odd_pad_behind() -> None:
    first, second = [n for n in model("zeros_around").nodes if isinstance(n, Conv)]
    assert first.window.pads == (1, 1, 1, 1)
    assert second.window.pads == (1, 0, 1, 1)  # 7 rows, 8 columns, by twos


def test_packed_chains_stay_signs() -> None:
    """Thresholds become a bias and a Sign; no real number stands between the convolutions."""
    kinds = [type(node) for node in model("packed").nodes]
    block = [Conv, Sign]
    assert kinds == [Sign, *block, MaxPool, *block, *block, MaxPool, Conv]


def test_the_sum_of_signs_is_clipped_before_it_is_scaled() -> None:
    kinds = [type(node) for node in model("no_pads").nodes]
    assert kinds == [Sign, Conv, Sign, Conv, Clip, Affine]


def test_a_pad_becomes_part_of_the_convolution_behind_it() -> None:
    convs = [n for n in model("real").nodes if isinstance(n, Conv)]
    assert convs[0].window.pads == (1, 2, 2, 1)
    assert convs[0].border is Border.ZERO
    assert convs[-1].window.pads == (1, 1, 1, 0)
    assert convs[-1].border is Border.PLUS_ONE  # zeros that went through a Sign


def test_one_bit_weights_are_signs_with_the_multiplier_as_scale() -> None:
    conv = next(n for n in model("zeros_around").nodes if isinstance(n, Conv))
    assert conv.weights.bits == 1
    assert conv.weights.values.shape == (33, 3, 3, 40)
    assert set(np.unique(conv.weights.values).tolist()) == {-1, 1}
    assert (conv.weights.scale < 0).any()


def test_the_notes_say_where_it_came_from() -> None:
    notes = model("packed").notes
    assert len(notes["sha256"]) == 64
    assert notes["importer"] == "import_lce 1"
    assert model("packed").name == "recorded_packed"


def test_a_file_is_known_by_its_head() -> None:
    head = (DATA / "recorded_packed.tflite").read_bytes()[:16]
    assert sniff(head)
    assert not sniff(b"\x89HDF\r\n\x1a\n" + bytes(8))
    assert not sniff(b"")
