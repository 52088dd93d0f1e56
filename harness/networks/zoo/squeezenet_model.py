"""SqueezeNet 1.1 and 1.0 as models, from arrays that others give; 1.0 has seeded ones here.

Pools round down: 1.1 at 224 and 1.0 at 227 are the sizes where rounding up would be the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.networks.models.draft import Draft
from harness.networks.sources import seeds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.models.model import Model
    from harness.networks.sources.weights import Arrays

INPUT, OUTPUT = "input", "logits"
SIDE_1_1, SIDE_1_0 = 224, 227
SEED = 1
_SQUEEZED = {2: 16, 3: 16, 4: 32, 5: 32, 6: 48, 7: 48, 8: 64, 9: 64}  # expands to 4 times as many
_POOL_BEFORE_1_1 = (2, 4, 6)
_POOL_BEFORE_1_0 = (2, 5, 9)


def squeezenet1_1(arrays: Arrays, *, side: int = SIDE_1_1) -> Model:
    """Return version 1.1 with `arrays` of `weights`: BGR, less the mean, to logits."""
    return _network("squeezenet1_1", arrays, side=side, pool_before=_POOL_BEFORE_1_1)


def squeezenet1_0(arrays: Arrays | None = None, *, side: int = SIDE_1_0) -> Model:
    """Return version 1.0, seeded unless `arrays` are given: for speed only."""
    given = seeded_1_0() if arrays is None else arrays
    return _network("squeezenet1_0", given, side=side, pool_before=_POOL_BEFORE_1_0)


def _network(name: str, arrays: Arrays, *, side: int, pool_before: tuple[int, ...]) -> Model:
    draft = Draft(name=name, shape=(side, side, 3), source=INPUT)

    def conv(layer: str, source: str, *, stride: int = 1, pad: int = 0) -> str:
        kernel, bias = arrays[layer]
        made = draft.conv(layer, source, _ohwi(kernel), bias, stride=stride, pad=pad)
        return draft.relu(f"{layer}.relu", made)

    x = conv("conv1", INPUT, stride=2)
    for number in _SQUEEZED:
        fire = f"fire{number}"
        if number in pool_before:
            x = draft.max_pool(f"{fire}/pool", x, kernel=3, stride=2)
        squeezed = conv(f"{fire}/squeeze1x1", x)
        parts = (
            conv(f"{fire}/expand1x1", squeezed),
            conv(f"{fire}/expand3x3", squeezed, pad=1),
        )
        x = draft.concat(fire, *parts)
    return draft.model(draft.mean(OUTPUT, conv("conv10", x)))


def _ohwi(kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    return kernel.transpose(0, 2, 3, 1)


def shapes_1_0() -> dict[str, tuple[int, int, int, int]]:
    """Return the kernel shape (OIHW) of every convolution of version 1.0, in order."""
    table = {"conv1": (96, 3, 7, 7)}
    given = 96
    for number, squeezed in _SQUEEZED.items():
        expanded = 4 * squeezed
        table[f"fire{number}/squeeze1x1"] = (squeezed, given, 1, 1)
        table[f"fire{number}/expand1x1"] = (expanded, squeezed, 1, 1)
        table[f"fire{number}/expand3x3"] = (expanded, squeezed, 3, 3)
        given = 2 * expanded
    table["conv10"] = (1000, given, 1, 1)
    return table


def seeded_1_0() -> Arrays:
    """Return He-scaled nearly normal kernels and zero biases."""
    import numpy as np

    made = {}
    for name, shape in shapes_1_0().items():
        kernel = seeds.he_kernel(SEED, f"squeezenet1_0/{name}", shape)
        made[name] = (kernel, np.zeros(shape[0], np.float32))
    return made
