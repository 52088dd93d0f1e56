"""The layers of a network plan: what is known of each beforehand, and what it took on a board."""

from __future__ import annotations

from dataclasses import dataclass

# most layers of a plan whose times the runner keeps (kernels/runner/result.h)
LAYERS_LIMIT = 512


@dataclass(frozen=True, kw_only=True)
class LayerInfo:
    """One layer of a plan, in the order in which the runner carries them out."""

    name: str  # of the value it makes, as the model calls it
    op: str  # conv, dense, maxpool, avgpool, affine
    scheme: str  # of its products; "" where there are none
    shape: str  # of what it makes: 56x56x64, with the window behind it: k3s2
    macs: int
    weight_bytes: int  # weights by their bits, without scale and bias


@dataclass(frozen=True, kw_only=True)
class LayerTime:
    """One layer of one item: nanoseconds of an inference, the median over the repetitions.

    Timed after the samples, in inferences of their own with clock readings between the layers: the
    sum is near the item's latency and not equal to it. 0 means that the layer ran together with the
    one before it, whose time is that of both.
    """

    name: str
    op: str
    scheme: str
    shape: str
    macs: int
    variant: str  # the kernel that made its products; "" where there are none
    ns: float
