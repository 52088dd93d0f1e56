"""How good outputs are, by the metric of a sidecar; without one, by SQNR against fp32."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.config.network import Sidecar
    from harness.networks.own.inputs import Inputs

    Floats = NDArray[np.float32]

_LEAST = {"top1", "top5", "sqnr"}  # more is better; of max_abs, less


@dataclass(frozen=True, kw_only=True)
class Score:
    """A metric's value over `n` inputs; None: both are the same, so that there is no number."""

    metric: str
    value: float | None
    n: int

    def meets(self, tolerance: float | None) -> bool:
        """Say whether the value is still right."""
        if tolerance is None or self.value is None:
            return True
        return self.value >= tolerance if self.metric in _LEAST else self.value <= tolerance


def score(made: Floats, inputs: Inputs, sidecar: Sidecar) -> Score:
    """Return what the sidecar asks for of outputs [n, values]."""
    import numpy as np

    metric, n = sidecar.metric, len(made)
    if inputs.golden is not None and metric == "sqnr":
        return Score(metric=metric, value=sqnr_db(inputs.golden, made), n=n)
    if inputs.golden is not None and metric == "max_abs":
        return Score(metric=metric, value=float(np.abs(inputs.golden - made).max()), n=n)
    labels = inputs.labels if inputs.golden is None else inputs.golden.argmax(axis=1)
    wanted = np.array(labels).reshape(-1, 1)
    best = np.argsort(-made, axis=1, kind="stable")[:, : 1 if metric == "top1" else 5]
    return Score(metric=metric, value=float((best == wanted).any(axis=1).mean()), n=n)


def sqnr_db(reference: Floats, made: Floats) -> float | None:
    """Return 10 log10 of signal to noise over all values; None where they are the same."""
    import numpy as np

    exact = reference.astype(np.float64)
    signal, noise = float((exact**2).sum()), float(((exact - made) ** 2).sum())
    return 10 * math.log10(signal / noise) if noise > 0 and signal > 0 else None
