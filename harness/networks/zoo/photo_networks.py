"""The float networks of the registry: SqueezeNet 1.1 (trained), 1.0 and ResNet-18 (seeded).

Input size and pooling are part of a network's identity: 1.1 at 224 and 1.0 at 227, where rounding
the pools up or down gives the same maps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.networks.sources import weights
from harness.networks.zoo.photo_network import SCHEMES, PhotoNetwork, Source

if TYPE_CHECKING:
    from harness.networks.models.model import Model


def _squeezenet1_1() -> tuple[Model, str]:
    from harness.networks.zoo.squeezenet_model import squeezenet1_1

    found = weights.squeezenet_weights()
    return squeezenet1_1(found.arrays), found.origin


def _squeezenet1_0() -> tuple[Model, str]:
    from harness.networks.zoo.squeezenet_model import squeezenet1_0

    return squeezenet1_0(), "seeded"


def _resnet18() -> tuple[Model, str]:
    from harness.networks.zoo.resnet18 import resnet18

    return resnet18(), "seeded"


_TRAINED = Source(
    build=_squeezenet1_1,
    at_hand=lambda: "trained" if weights.is_cached() else "seeded",
    obtain=lambda: "" if weights.is_cached() else weights.try_fetch(),
    is_trained=True,
)
SQUEEZENET1_1 = PhotoNetwork(name="squeezenet1_1", side=224, source=_TRAINED, schemes=SCHEMES)
SQUEEZENET1_1_DUAL = PhotoNetwork(
    name="squeezenet1_1_dual",
    side=224,
    source=_TRAINED,
    schemes={"w4a8": SCHEMES["w4a8"]},
    dual=True,
)
SQUEEZENET1_0 = PhotoNetwork(
    name="squeezenet1_0", side=227, source=Source(build=_squeezenet1_0), schemes=SCHEMES
)
RESNET18 = PhotoNetwork(
    name="resnet18",
    side=224,
    source=Source(build=_resnet18),
    schemes={scheme: SCHEMES[scheme] for scheme in ("fp32", "w8a8")},
)
