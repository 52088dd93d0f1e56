"""The ladder's network as torch trains it. Imports torch when called; no other module here does.

Every block convolution is followed by a batch norm, which takes any positive factor out again. So
training convolves whole codes: the step of the activations and the scale of the weights never
appear, nothing is lost by leaving them out, and small integers are exact in bfloat16, which
modern processors convolve two to three times faster than float32.

Gradients through the steps of a quantiser are straight:
    sign of an activation   max(0, 2 - 2|x|)
    codes of an activation  1 inside 0..clip; of the clip: the rounding residue inside, 1 above
    codes of weights        1 inside -1..1
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from harness.networks.ladder import layout

if TYPE_CHECKING:
    from collections.abc import Callable

Tensor = Any  # torch has one door and is an extra: its types are not at hand

# Choi et al., "Accurate and Efficient 2-bit Quantized Neural Networks" (2019)
_SAWB = {2: (3.12, -2.064), 3: (7.509, -6.892), 4: (12.68, -12.80)}
_TERNARY_THRESHOLD = 0.7  # of the mean size; Li et al., "Ternary Weight Networks" (2016)
_FIRST_SPREAD = 0.05


def weight_codes(weights: Tensor, scheme: layout.Scheme) -> Tensor:
    """Return the integers, as float32, that a scheme makes of a kernel; ranges per channel."""
    import torch

    if scheme.levels == "sign":
        return torch.where(weights < 0, -1.0, 1.0)
    mean = weights.abs().mean((1, 2, 3), keepdim=True)
    if scheme.levels == "ternary":
        return torch.sign(weights) * (weights.abs() > _TERNARY_THRESHOLD * mean)
    first, second = _SAWB[scheme.weight_bits]
    reach = first * weights.square().mean((1, 2, 3), keepdim=True).sqrt() + second * mean
    top = (1 << scheme.weight_bits) - 1
    return 2 * torch.round(((weights / reach).clamp(-1, 1) + 1) / 2 * top) - top


def _operation(
    name: str, forward: Callable[..., Tensor], backward: Callable[..., Any]
) -> Callable[..., Tensor]:
    import torch

    body = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
    made: Any = type(name, (torch.autograd.Function,), body)
    apply: Callable[..., Tensor] = made.apply
    return apply


@cache
def _sign() -> Callable[..., Tensor]:
    import torch

    def forward(ctx: Any, x: Tensor) -> Tensor:  # noqa: ANN401 - torch's own object
        ctx.save_for_backward(x.to(torch.bfloat16))
        return (x >= 0).to(torch.bfloat16).mul_(2).sub_(1)

    def backward(ctx: Any, slope: Tensor) -> Tensor:  # noqa: ANN401
        (x,) = ctx.saved_tensors
        return x.abs().mul_(-2).add_(2).clamp_(min=0).mul_(slope).float()

    return _operation("Sign", forward, backward)


@cache
def _codes() -> Callable[..., Tensor]:
    import torch

    def forward(ctx: Any, x: Tensor, clip: Tensor, top: float) -> Tensor:  # noqa: ANN401
        scaled = x * (top / clip)
        codes = scaled.clamp(0, top).round_().to(torch.bfloat16)
        ctx.save_for_backward(scaled.to(torch.bfloat16), codes, clip)
        ctx.top = top
        return codes

    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, Tensor, None]:  # noqa: ANN401
        scaled, codes, clip = ctx.saved_tensors
        inside = scaled.clamp(0, ctx.top)
        residue = codes.sub(inside).mul_(slope).sum(dtype=torch.float32)
        above = scaled.ge(ctx.top).mul(slope).sum(dtype=torch.float32)
        per_value = ctx.top / clip
        to_clip = per_value * (residue / ctx.top + above)
        return scaled.eq(inside).mul(slope).float().mul_(per_value), to_clip, None

    return _operation("Codes", forward, backward)


@cache
def _weights() -> Callable[..., Tensor]:
    import torch

    def forward(ctx: Any, weights: Tensor, scheme: layout.Scheme) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward(weights)
        codes = weight_codes(weights, scheme).to(torch.bfloat16)
        return codes.contiguous(memory_format=torch.channels_last)

    def backward(ctx: Any, slope: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401
        (weights,) = ctx.saved_tensors
        return slope.float() * (weights.abs() <= 1), None

    return _operation("Weights", forward, backward)


class TorchNet:
    """Parameters, running statistics and the forward pass.

    `training` chooses batch statistics; `momentum` is batch norm's (None = plain average).
    """

    def __init__(self, scheme: layout.Scheme, width: int) -> None:
        import torch

        self.scheme, self.training = scheme, True
        self.momentum: float | None = 0.1
        stem, last = torch.nn.Conv2d(1, width, 3, bias=False), torch.nn.Linear(4 * width, 10)
        made = {"stem": stem.weight, "linear": last.weight, "linear_bias": last.bias}
        norms = {"norm_stem": width, "norm_last": 4 * width}
        for number, (given, wanted, _, _) in enumerate(layout.BLOCKS):
            shape = (wanted * width, given * width, 3, 3)
            made[f"block{number}"] = _FIRST_SPREAD * torch.randn(shape)
            if scheme.levels == "odd":
                made[f"clip{number}"] = torch.tensor(0.0)  # set by the first batch
            norms[f"norm{number}"] = wanted * width
        for name, channels in norms.items():
            made[f"{name}_gamma"], made[f"{name}_beta"] = (
                torch.ones(channels),
                torch.zeros(channels),
            )
        self.parameters = {
            name: one.detach().clone().requires_grad_() for name, one in made.items()
        }
        self.means = {name: torch.zeros(channels) for name, channels in norms.items()}
        self.variances = {name: torch.ones(channels) for name, channels in norms.items()}

    def logits(self, images: Tensor) -> Tensor:
        """Return the ten values of each image (bytes, [n, 1, 28, 28])."""
        import torch
        from torch.nn import functional

        x = (images.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        x = functional.conv2d(x, self.parameters["stem"], stride=2, padding=1)
        x = self._norm("norm_stem", x)
        for number, (given, wanted, stride, _) in enumerate(layout.BLOCKS):
            added = self._norm(f"norm{number}", self._conv(number, x, stride))
            if stride == 2:
                x = functional.avg_pool2d(x, 2, 2, ceil_mode=True, count_include_pad=False)
            x = added + (torch.cat([x, x], 1) if wanted != given else x)
        x = functional.relu(self._norm("norm_last", x)).mean((2, 3))
        return functional.linear(x, self.parameters["linear"], self.parameters["linear_bias"])

    def _conv(self, number: int, x: Tensor, stride: int) -> Tensor:
        import torch
        from torch.nn import functional

        kernel = self.parameters[f"block{number}"]
        if self.scheme.levels == "real":
            kernel = kernel.to(torch.bfloat16)
        else:
            kernel = _weights()(kernel, self.scheme)
        codes, pad = self._quantised(number, x), 1
        if self.scheme.activation_bits == 1:  # a border of +1
            codes, pad = functional.pad(codes, (1, 1, 1, 1), value=1.0), 0
        return functional.conv2d(codes, kernel, stride=stride, padding=pad).float()

    def _quantised(self, number: int, x: Tensor) -> Tensor:
        import torch
        from torch.nn import functional

        if self.scheme.activation_bits == 1:
            return _sign()(x)
        if self.scheme.levels == "real":
            return functional.relu(x).to(torch.bfloat16)
        clip, top = self.parameters[f"clip{number}"], float(self.scheme.top)
        if not clip.item():
            with torch.no_grad():  # Esser et al., "Learned Step Size Quantization" (2020)
                clip.copy_(2 * x.clamp(min=0).mean() * top**0.5)
        return _codes()(x, clip, top)

    def _norm(self, name: str, x: Tensor) -> Tensor:
        from torch.nn import functional

        return functional.batch_norm(
            x,
            self.means[name],
            self.variances[name],
            self.parameters[f"{name}_gamma"],
            self.parameters[f"{name}_beta"],
            self.training,
            self.momentum,
            layout.BN_EPSILON,
        )
