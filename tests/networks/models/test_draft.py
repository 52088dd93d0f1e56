from __future__ import annotations

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.models.draft import Draft, float_weights, moved
from harness.networks.models.model import Add, Affine, Conv, Dense, Window

KERNEL = np.ones((2, 3, 3, 4), np.float32)


def draft() -> Draft:
    return Draft(name="net", shape=(8, 6, 4))


def test_shapes_follow_the_nodes() -> None:
    net = draft()
    small = net.conv("a", "input", KERNEL, stride=2, pad=1)
    both = net.concat("both", small, net.relu("r", small))
    assert net.shapes[small] == (4, 3, 2)
    assert net.shapes[both] == (4, 3, 4)
    assert net.shapes[net.mean("m", both)] == (1, 1, 4)


def test_what_does_not_lead_to_the_output_is_left_out() -> None:
    net = draft()
    kept = net.relu("kept", "input")
    net.relu("dropped", "input")
    model = net.model(kept, labels=("x",))
    assert [node.name for node in model.nodes] == ["kept"]
    assert set(model.shapes) == {"input", "kept"}


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "pads", "down", "up"),
    [
        (224, 3, 2, 0, 111, 112),
        (111, 3, 2, 0, 55, 55),
        (7, 2, 2, 0, 3, 4),
        # the last window would begin where only padding is: nobody counts it
        (3, 2, 2, 1, 2, 2),
        (5, 1, 3, 0, 2, 2),
        (4, 1, 3, 0, 2, 2),
        (2, 3, 1, 0, 0, 0),
    ],
)
def test_windows_are_counted_as_onnx_does(
    size: int, kernel: int, stride: int, pads: int, down: int, up: int
) -> None:
    for ceil, wanted in ((False, down), (True, up)):
        window = Window(kernel=(kernel, 1), stride=(stride, 1), pads=(pads, 0, pads, 0), ceil=ceil)
        assert moved((size, 1), window)[0] == wanted


def _conv(
    name: str, source: str, kernel: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
) -> Conv:
    return Conv(
        name=name,
        inputs=(source,),
        output=name,
        weights=float_weights(kernel),
        bias=np.zeros(2, np.float32),
        window=Window(kernel=(3, 3)),
    )


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (_conv("a", "nobody", KERNEL), "reads 'nobody'"),
        (_conv("input", "input", KERNEL), "written twice"),
        (_conv("a", "input", KERNEL[..., :3]), "for a map"),
        (_conv("a", "input", KERNEL[:, :2]), "for a window"),
        (_conv("a", "input", np.ones((3, 3, 3, 4), np.float32)), "2 biases for 3"),
        (Add(name="a", inputs=("input",), output="a"), "has 1 inputs"),
        (
            Affine(
                name="a",
                inputs=("input",),
                output="a",
                scale=np.ones(3, np.float32),
                bias=np.ones(3, np.float32),
            ),
            "for 4 channels",
        ),
        (
            Dense(
                name="a",
                inputs=("input",),
                output="a",
                weights=float_weights(np.ones((2, 8, 6, 3), np.float32)),
                bias=np.zeros(2, np.float32),
            ),
            "for a map",
        ),
    ],
)
def test_misfits_are_refused(node: Conv | Add | Affine | Dense, words: str) -> None:
    with pytest.raises(NetworkError, match=words):
        draft().add(node)


def test_maps_of_different_sizes_do_not_meet() -> None:
    net = draft()
    small = net.max_pool("p", "input", kernel=2, stride=2)
    with pytest.raises(NetworkError, match="different sizes"):
        net.concat("both", "input", small)
    with pytest.raises(NetworkError, match="adds maps"):
        net.add(Add(name="s", inputs=("input", small), output="s"))
    with pytest.raises(NetworkError, match="larger than the map"):
        net.max_pool("q", small, kernel=5, stride=1)


def test_a_model_reads_its_input() -> None:
    with pytest.raises(NetworkError, match="does not depend"):
        draft().model("elsewhere")
