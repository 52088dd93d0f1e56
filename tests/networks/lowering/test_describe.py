from __future__ import annotations

import pytest

from harness.networks.lowering.count import count
from harness.networks.lowering.describe import describe
from harness.networks.lowering.lower import lower
from harness.networks.zoo.resnet18 import resnet18
from harness.networks.zoo.squeezenet_model import squeezenet1_0


def test_layers_of_resnet18() -> None:
    lowered = lower(resnet18(side=32))
    rows = describe(lowered)
    assert [(r.name, r.op, r.shape) for r in rows[:3]] == [
        ("relu", "conv", "16x16x64k7s2"),
        ("maxpool", "maxpool", "8x8x64k3s2"),
        ("layer1.0.relu1", "conv", "8x8x64k3"),
    ]
    assert (rows[-1].op, rows[-1].shape, rows[-1].macs) == ("dense", "1x1x1000", 512_000)
    counts = count(lowered.network)
    assert sum(r.macs for r in rows) == counts.macs["fp32"]
    assert sum(r.weight_bytes for r in rows) == counts.weight_bytes


@pytest.mark.parametrize("part", ["fire2/expand1x1", "fire2/expand3x3"])
def test_parts_of_a_concatenation_have_their_own_names(part: str) -> None:
    names = [row.name for row in describe(lower(squeezenet1_0(side=99)))]
    assert sum(name.startswith(part) for name in names) == 1
