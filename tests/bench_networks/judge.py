"""Whether outputs are those of the network that was asked for, and how near they come to fp32."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harness.networks.preparing.truth import compare

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Least signal over noise. Ours with binary layers are held to their own known answer; real numbers
# around them (LCE) leave a sign or two to rounding.
_LEAST_DB = {"fp32": 60.0, "real edges": 20.0, "fp16": 40.0, "bf16": 15.0, "w8a8": 8.0}


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """`words` stand beside the time; with a `fault` there is no time."""

    words: str = ""
    fault: str = ""
    accuracy: float | None = None  # share of right classes, where labels are known


def judge(
    truth: NDArray[np.float32] | None, made: NDArray[np.float32], precision: str, *, trained: bool
) -> Judgement:
    """Hold outputs against those at fp32; without any the plan's own known answer must do."""
    if truth is None:
        return Judgement(words="trained" if trained else "seeded")
    if made.shape != truth.shape:
        return Judgement(fault=f"outputs of the shape {made.shape}, wanted {truth.shape}")
    if not np.isfinite(made).all():
        return Judgement(fault="outputs that are no numbers")
    found = compare(truth, made)
    least = _LEAST_DB.get(precision, -math.inf)
    near = "exact" if found.sqnr_db is None else f"{found.sqnr_db:.0f} dB"
    if found.sqnr_db is not None and found.sqnr_db < least:
        return Judgement(fault=f"wrong outputs: {near} of fp32, wanted {least:.0f}")
    if not trained:
        return Judgement(words=f"seeded, {near}")
    return Judgement(words=f"top-1 as fp32 {100 * found.agreement:.1f} % of {found.n}, {near}")
