"""What the networks are to reach, as data: one line a goal. Measures nothing."""

from __future__ import annotations

from dataclasses import dataclass

from tests.bench_networks.peers import PEERS

SQUEEZENET = "squeezenet1_1"
SQUEEZENET_DUAL = "squeezenet1_1_dual"
RESNET = "resnet18"
BINARIZED = "binarized_resnet18"
BINARIZED_SAME = "binarized_resnet18_same"  # with TensorFlow's padding

LADDER = "ladder_"  # and a width: the small nets trained on Fashion-MNIST


@dataclass(frozen=True, kw_only=True)
class Goal:
    """Ours over a peer on `network` (another one where `theirs` says so); 0 = only shown."""

    name: str
    network: str
    scheme: str
    peer: str
    target: float = 0.0
    theirs: str = ""
    note: str = ""

    @property
    def mine(self) -> tuple[str, str, bool]:
        """Network, scheme, and whether we too leave the CPU's matrix unit alone."""
        return self.network, self.scheme, bool(PEERS[self.peer].max_isa)

    @property
    def against(self) -> str:
        """The network that the peer runs."""
        return self.theirs or self.network


def _goals(
    name: str,
    network: str,
    scheme: str,
    peers: dict[str, float],
    *,
    theirs: str = "",
    note: str = "",
) -> tuple[Goal, ...]:
    return tuple(
        Goal(
            name=name,
            network=network,
            scheme=scheme,
            peer=peer,
            target=target,
            theirs=theirs,
            note=note,
        )
        for peer, target in peers.items()
    )


_WITHIN_15_PERCENT = 1 / 1.15

GOALS = (
    *_goals(
        "binarized ResNet-18: times ResNet-18 of the same layout",
        BINARIZED,
        "w1a1",
        {
            "ORT int8": 4.0,
            "OpenVINO int8": 3.3,
            "OpenVINO int8, vectors only": 3.3,
            "ORT fp32": 12.0,
            "OpenVINO fp32": 0.0,
            "OpenVINO bf16": 0.0,
        },
        theirs=RESNET,
        note=(
            "Published top-1 of trained networks of these layouts on ImageNet, not measured here: "
            "Bi-Real-18 56.4 %, ResNet-18 about 69.8 %."
        ),
    ),
    *_goals(
        "binarized ResNet-18: times the same network in LCE",
        BINARIZED_SAME,
        "w1a1",
        {"LCE": 10.0},
        note=(
            "Theirs has real numbers where ours has 8 bits (stem, shortcuts at stride 2, "
            "classifier); both are held against the network with real numbers there."
        ),
    ),
    *_goals(
        "SqueezeNet 1.1 w8a8",
        SQUEEZENET,
        "w8a8",
        {"OpenVINO int8": 1.0, "OpenVINO int8, vectors only": 0.0, "ORT int8": 1.25},
    ),
    *_goals(
        "SqueezeNet 1.1 w4a8: times the same network in 8 bits",
        SQUEEZENET,
        "w4a8",
        {"OpenVINO int8": 0.0, "ORT int8": 0.0},
    ),
    *_goals(
        "SqueezeNet 1.1 w4a8 in two addends: times the same network in 8 bits",
        SQUEEZENET_DUAL,
        "w4a8",
        {"OpenVINO int8": 0.0, "ORT int8": 0.0},
        theirs=SQUEEZENET,
    ),
    *_goals(
        "SqueezeNet 1.1 fp16: times the same network in fp32",
        SQUEEZENET,
        "fp16",
        {"ORT fp32": 0.0},
    ),
    *_goals(
        "SqueezeNet 1.1 fp32",
        SQUEEZENET,
        "fp32",
        {
            "ORT fp32": _WITHIN_15_PERCENT,
            "OpenVINO fp32": 0.0,
            "LiteRT fp32": 0.0,
            "ncnn fp32": 0.0,
            "OpenVINO bf16": 0.0,
        },
    ),
    *_goals(
        "ResNet-18 w8a8",
        RESNET,
        "w8a8",
        {"OpenVINO int8": 0.0, "OpenVINO int8, vectors only": 0.0, "ORT int8": 0.0},
    ),
    *_goals(
        "ResNet-18 fp32",
        RESNET,
        "fp32",
        {
            "ORT fp32": _WITHIN_15_PERCENT,
            "OpenVINO fp32": 0.0,
            "LiteRT fp32": 0.0,
            "ncnn fp32": 0.0,
            "OpenVINO bf16": 0.0,
        },
    ),
)
