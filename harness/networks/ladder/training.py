"""Trains a net of the ladder: one recipe for every scheme. Writes no file, quantises no edges.

Adam under one cycle of the learning rate, batches of 128, half of them mirrored, cross-entropy.
The last step replaces batch norm's running statistics by the plain average over `_SETTLE` batches
with the final weights.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.networks.ladder import layout, torch_net

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Arrays = dict[str, NDArray[np.float32]]

_BATCH, _RATE, _SETTLE = 128, 4e-3, 64


@dataclass(frozen=True, kw_only=True)
class History:
    """How a net came about."""

    epochs: int
    seed: int
    torch: str
    cpu_s: float


def train(
    scheme: layout.Scheme,
    width: int,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    *,
    epochs: int,
    seed: int = 0,
    say: Callable[[str], None],
) -> tuple[Arrays, History]:
    """Return parameters and statistics by name; kernels OIHW, as the codes they stand for.

    One thread, so that the same torch on the same CPU repeats it.
    """
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(seed)
    pixels = torch.from_numpy(images.copy()).unsqueeze(1)
    classes = torch.from_numpy(labels.astype("i8"))
    net = torch_net.TorchNet(scheme, width)
    start_s = time.process_time()
    with torch.no_grad():
        net.logits(pixels[:512])  # sets the clips
    steps = len(pixels) // _BATCH
    optimizer = torch.optim.Adam(list(net.parameters.values()), lr=_RATE, fused=True)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=_RATE, total_steps=epochs * steps)
    for epoch in range(1, epochs + 1):
        order, right = torch.randperm(len(pixels)), 0
        for chosen in order[: steps * _BATCH].split(_BATCH):
            batch = pixels[chosen]
            if torch.rand(()) < 0.5:
                batch = batch.flip(3)
            logits = net.logits(batch)
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(logits, classes[chosen]).backward()
            optimizer.step()
            rate.step()
            right += int((logits.argmax(1) == classes[chosen]).sum())
        cpu_s = time.process_time() - start_s
        share = right / (steps * _BATCH)
        say(f"{scheme.name} w={width} epoch {epoch}/{epochs}: {share:.2%} seen, {cpu_s:.0f} CPU-s")
    _settle(net, pixels)
    cpu_s = time.process_time() - start_s
    return _arrays(net), History(epochs=epochs, seed=seed, torch=torch.__version__, cpu_s=cpu_s)


def _settle(net: torch_net.TorchNet, pixels: torch_net.Tensor) -> None:
    """Average the statistics of every batch norm over `_SETTLE` batches of fixed weights."""
    import torch

    for name in net.means:
        net.means[name].zero_()
        net.variances[name].zero_()
    with torch.no_grad():
        for number, batch in enumerate(pixels[: 4 * _SETTLE * _BATCH].split(4 * _BATCH)):
            net.momentum = 1 / (1 + number)
            net.logits(batch)
    net.training = False


def _arrays(net: torch_net.TorchNet) -> Arrays:
    import torch

    made = {}
    with torch.no_grad():
        for name, value in net.parameters.items():
            kept = value
            if name.startswith("block") and net.scheme.levels != "real":
                kept = torch_net.weight_codes(value, net.scheme)
            made[name] = kept.numpy().copy()
        for kind, values in (("mean", net.means), ("variance", net.variances)):
            made.update({f"{name}_{kind}": one.numpy().copy() for name, one in values.items()})
    return made
