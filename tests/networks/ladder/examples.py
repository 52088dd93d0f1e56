"""Nets of the ladder that no training made: small, random, of every scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from harness.networks.ladder import deploy, layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from harness.networks.ladder.nets import LadderNet

WIDTH = 4


def images(count: int, seed: int = 0) -> NDArray[np.uint8]:
    """Blobs rather than noise, so that sums do not all cancel."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 7, 7))
    return coarse.repeat(4, 1).repeat(4, 2).astype(np.uint8)


def arrays(scheme: layout.Scheme, seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """What training could have left."""
    rng = np.random.default_rng(seed)
    made: dict[str, NDArray[np.number]] = {
        "stem": rng.normal(0, 0.3, (WIDTH, 1, 3, 3)),
        "linear": rng.normal(0, 0.3, (layout.CLASSES, 4 * WIDTH)),
        "linear_bias": rng.normal(0, 0.1, layout.CLASSES),
    }
    norms = {"norm_stem": WIDTH, "norm_last": 4 * WIDTH}
    top = (1 << scheme.weight_bits) - 1
    for number, (given, wanted, _, _) in enumerate(layout.BLOCKS):
        shape = (wanted * WIDTH, given * WIDTH, 3, 3)
        if scheme.levels == "real":
            made[f"block{number}"] = rng.normal(0, 0.2, shape)
        elif scheme.levels == "ternary":
            made[f"block{number}"] = rng.integers(-1, 2, shape)
        else:
            made[f"block{number}"] = 2 * rng.integers(0, top + 1, shape) - top
        if scheme.levels == "odd":
            made[f"clip{number}"] = np.array(rng.uniform(1, 3))
        norms[f"norm{number}"] = wanted * WIDTH
    for name, channels in norms.items():
        made[f"{name}_gamma"] = rng.normal(1, 0.3, channels)
        made[f"{name}_beta"] = rng.normal(0, 0.3, channels)
        made[f"{name}_mean"] = rng.normal(0, 1, channels)
        spread = 20 * top if name[4:].isdigit() and scheme.levels != "real" else 1
        made[f"{name}_variance"] = rng.uniform(0.5, 1.5, channels) * spread
    return {name: np.asarray(value, np.float32) for name, value in made.items()}


def net(name: str, seed: int = 0) -> LadderNet:
    """A net of scheme `name` and width 4."""
    given = images(32)
    if name == "w8a8":
        return deploy.int8_twin(net("fp32", seed), given)
    scheme = layout.SCHEMES[name]
    return deploy.deployed(scheme, arrays(scheme, seed), given)
