"""Small models for tests, written as one writes a network: by what comes next."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.networks.models.model import (
    Add,
    Affine,
    AvgPool,
    Clip,
    Concat,
    Conv,
    Dense,
    MaxPool,
    Model,
    Node,
    Quant,
    Sign,
    Weights,
    Window,
)
from harness.networks.models.shapes import infer
from harness.networks.plans.graph import Border, Encoding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from harness.networks.lowering.layers import Meaning
    from harness.networks.plans.graph import PlanNetwork


@dataclass
class Net:
    """Collects nodes; every method returns the name of the value it makes.

    With `dyadic` all constants are multiples of powers of two, so that float32 is exact.
    """

    shape: tuple[int, int, int]
    seed: int = 1
    dyadic: bool = True
    nodes: list[Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)

    def shape_of(self, value: str) -> tuple[int, int, int]:
        return infer(self.nodes, "input", self.shape)[value]

    def model(self, output: str, name: str = "small") -> Model:
        shapes = infer(self.nodes, "input", self.shape)
        return Model(
            name=name, input="input", output=output, nodes=tuple(self.nodes), shapes=shapes
        )

    def image(self, seed: int = 3) -> NDArray[np.float32]:
        random = np.random.default_rng(seed)
        image = random.normal(size=self.shape)
        if self.dyadic:
            image = np.rint(image * 32) / 32
        return image.astype(np.float32)

    def _put(self, kind: type[Node], inputs: tuple[str, ...], **fields: Any) -> str:
        name = f"{kind.__name__.lower()}{len(self.nodes)}"
        self.nodes.append(kind(name=name, inputs=inputs, output=f"{name}.out", **fields))
        return f"{name}.out"

    def reals(self, *shape: int, spread: float = 1.0) -> NDArray[np.float32]:
        made = self.random.normal(size=shape) * spread
        if self.dyadic:
            made = np.rint(made * 16) / 16
        return np.asarray(made, np.float32)

    def steps(self, count: int, around: float) -> NDArray[np.float32]:
        turns = self.random.choice([-1, 1], count)
        if self.dyadic:
            around = 2.0 ** round(np.log2(around))
            return np.asarray(turns * around * self.random.choice([1.0, 2.0], count), np.float32)
        return np.asarray(turns * around * self.random.uniform(0.5, 1.5, count), np.float32)

    def weights(self, shape: tuple[int, ...], bits: int, *, ternary: bool = False) -> Weights:
        depth = float(np.prod(shape[1:]))
        if bits >= 16:
            values = self.reals(*shape)
            ones = np.ones(shape[0], np.float32)
            return Weights(values=values, scale=ones, bits=bits)
        top = (1 << (bits - 1)) - 1
        if bits == 1:
            codes = self.random.choice([-1, 1], shape)
        elif ternary:
            codes = self.random.integers(-1, 2, shape)
        else:
            codes = self.random.integers(-top - (bits < 8), top + 1, shape)
        scale = self.steps(shape[0], 1 / (max(top, 1) * depth**0.5))
        encoding = Encoding.BIPOLAR if bits == 1 else Encoding.SIGNED
        return Weights(
            values=codes.astype(np.int8), scale=scale, bits=bits, encoding=encoding, ternary=ternary
        )

    def conv(
        self,
        source: str,
        filters: int,
        kernel: int = 3,
        *,
        bits: int = 8,
        stride: int = 1,
        pad: int = 1,
        border: Border = Border.ZERO,
        ternary: bool = False,
    ) -> str:
        channels = self.shape_of(source)[2]
        return self._put(
            Conv,
            (source,),
            weights=self.weights((filters, kernel, kernel, channels), bits, ternary=ternary),
            bias=self.reals(filters, spread=0.3),
            window=window(kernel, stride, pad),
            border=border,
        )

    def dense(self, source: str, classes: int, bits: int = 8) -> str:
        shape = (classes, *self.shape_of(source))
        bias = self.reals(classes)
        return self._put(Dense, (source,), weights=self.weights(shape, bits), bias=bias)

    def affine(self, source: str) -> str:
        channels = self.shape_of(source)[2]
        return self._put(
            Affine, (source,), scale=self.steps(channels, 1.0), bias=self.reals(channels)
        )

    def maxpool(self, source: str, kernel: int = 3, stride: int = 2, pad: int = 0) -> str:
        return self._put(MaxPool, (source,), window=window(kernel, stride, pad))

    def avgpool(
        self, source: str, kernel: int = 2, stride: int = 2, *, pad: int = 0, whole: bool = False
    ) -> str:
        moved = window(kernel, stride, pad)
        return self._put(AvgPool, (source,), window=moved, count_outside=whole)

    def relu(self, source: str, high: float = np.inf) -> str:
        return self._put(Clip, (source,), low=0.0, high=high)

    def add(self, one: str, other: str) -> str:
        return self._put(Add, (one, other))

    def concat(self, *parts: str) -> str:
        return self._put(Concat, parts)

    def sign(self, source: str, scale: float = 1.0) -> str:
        return self._put(Sign, (source,), scale=scale)

    def quant(self, source: str, bits: int = 8, scale: float = 1 / 16, zero: int = 0) -> str:
        """Of signed bytes, or of unsigned codes below 8 bits."""
        low, high = (-128, 127) if bits == 8 else (0, (1 << bits) - 1)
        fields = {"scale": scale, "zero": zero, "low": low, "high": high, "bits": bits}
        return self._put(Quant, (source,), **fields)


def window(kernel: int, stride: int = 1, pad: int = 0) -> Window:
    """The same down as across."""
    return Window(kernel=(kernel, kernel), stride=(stride, stride), pads=(pad,) * 4)


def read_back(
    network: PlanNetwork, traced: dict[int, NDArray[Any]], meaning: Meaning, channels: int
) -> NDArray[np.float64]:
    """The real numbers that a tensor of the plan holds of a value."""
    stored = traced[meaning.tensor][..., meaning.first : meaning.first + channels]
    return (stored.astype(np.float64) - meaning.zero) * meaning.scale
