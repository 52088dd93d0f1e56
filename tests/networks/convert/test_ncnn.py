"""The text of ncnn's form; that ncnn takes it and is right is tested with its worker."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from harness.errors import NetworkError
from harness.networks.convert.ncnn import write
from harness.networks.convert.read import read
from harness.networks.convert.steps import Conv, Dense
from tests.runtimes.small import small

STEPS = read(small().onnx)


def test_the_head_counts_layers_and_values() -> None:
    magic, counts, *lines = write(STEPS)["param"].decode().splitlines()
    assert magic == "7767517"
    layers, values = map(int, counts.split())
    assert layers == len(lines)
    assert values == sum(int(line.split()[3]) for line in lines)


def test_every_value_is_made_once_and_read_once() -> None:
    made: Counter[str] = Counter()
    read_: Counter[str] = Counter()
    for line in write(STEPS)["param"].decode().splitlines()[2:]:
        _, _, sources, outputs, *names = line.split()
        read_.update(names[: int(sources)])
        made.update(names[int(sources) : int(sources) + int(outputs)])
    assert set(made.values()) == {1} == set(read_.values())
    assert set(made) - set(read_) == {"out"}
    assert set(read_) <= set(made)


def test_weights_are_tagged_as_plain_floats() -> None:
    weighty = [step for step in STEPS.steps if isinstance(step, Conv | Dense)]
    size = sum(step.weights.nbytes + step.bias.nbytes + 4 for step in weighty)
    data = write(STEPS)["bin"]
    assert len(data) == size
    assert data[:4] == bytes(4)


def test_a_batch_is_refused() -> None:
    with pytest.raises(NetworkError, match=r"an input \(2, 3, 20, 22\): ncnn takes one map"):
        write(replace(STEPS, shapes={**STEPS.shapes, "x": (2, 3, 20, 22)}))
