"""What a scheme costs: top-1 agreement and signal to quantisation noise against fp32."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import NetworkError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.plans.graph import PlanNetwork

    Floats = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """Share of `n` inputs that both give the same class, and the outputs' SQNR in dB."""

    agreement: float
    sqnr_db: float | None  # None: the same values
    n: int


def compare(reference: Floats, made: Floats) -> Truth:
    """Return how `made` [n, classes] differs from `reference`, both outputs of the same inputs."""
    import numpy as np

    same = reference.argmax(axis=1) == made.argmax(axis=1)
    exact = reference.astype(np.float64)
    if not (np.isfinite(exact).all() and np.isfinite(made).all()):
        raise NetworkError("an output is no number", do="the network or its quantisation is broken")
    signal, noise = float((exact**2).sum()), float(((exact - made) ** 2).sum())
    sqnr_db = 10 * math.log10(signal / noise) if noise > 0 and signal > 0 else None
    return Truth(agreement=float(same.mean()), sqnr_db=sqnr_db, n=len(reference))


def outputs(network: PlanNetwork, images: Floats) -> Floats:
    """Return the plan's outputs [n, values] for images [n, h, w, c], by the numpy reference."""
    import numpy as np

    from harness.networks.plans.reference import run_reference

    rows = [run_reference(network, image.astype("<f4").tobytes()) for image in images]
    return np.stack([np.frombuffer(row, "<f4") for row in rows])
