"""Times of a network's layers: whether what a board sent can be of this plan, and their medians."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

from harness.records.layers import LayerTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.item import Work

Payload = dict[str, Any]


def layers_fault(work: Work, samples: Sequence[Payload]) -> str:
    """Return why times of layers are not of the plan that was sent, or nothing; none is no fault.

    A runner without memory for them sends none.
    """
    for one in samples:
        count = len(one.get("layer_ns") or ())
        if count and count != len(work.layers):
            return f"times of {count} layers came, {len(work.layers)} were asked for"
    return ""


def layer_times(work: Work, samples: Sequence[Payload]) -> tuple[LayerTime, ...] | None:
    """Return the layers in order, each with the median over the repetitions; None where none."""
    timed = [s for s in samples if s.get("layer_ns")]
    if not timed:
        return None
    variants = timed[-1]["layer_variants"]
    return tuple(
        LayerTime(
            name=info.name,
            op=info.op,
            scheme=info.scheme,
            shape=info.shape,
            macs=info.macs,
            variant=variants[i],
            ns=float(statistics.median(s["layer_ns"][i] for s in timed)),
        )
        for i, info in enumerate(work.layers)
    )
