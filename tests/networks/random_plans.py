"""Plans made at random: small, sound, and between them every kind of layer, type and border."""

from __future__ import annotations

import math
import random
import struct
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from harness.networks.plans.graph import (
    Border,
    Encoding,
    Layer,
    Op,
    PlanNetwork,
    Tensor,
    TensorType,
)
from harness.networks.plans.layer_rules import SCHEMES
from harness.networks.sources import seeds

if TYPE_CHECKING:
    from collections.abc import Sequence

EXACT = tuple(s for s in SCHEMES if s not in ("fp32", "fp16"))
_ENCODED = {"w1a2", "w2a2", "w3a3", "w4a4", "w1a8", "w2a8", "w4a8"}


def f32(values: Sequence[float]) -> bytes:
    """Little-endian float32."""
    return struct.pack(f"<{len(values)}f", *values)


@dataclass
class Maker:
    """Appends layers; `x` is the F32 tensor made last."""

    dice: random.Random
    tensors: list[Tensor] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    x: int = 0

    def tensor(self, kind: TensorType, shape: tuple[int, int, int], planes: int = 0) -> int:
        h, w, c = shape
        slot = len(self.tensors) - 1 if self.tensors else None
        self.tensors.append(Tensor(type=kind, h=h, w=w, c=c, planes=planes, slot=slot))
        return len(self.tensors) - 1

    def map(self, index: int | None = None) -> tuple[int, int, int]:
        t = self.tensors[self.x if index is None else index]
        return t.h, t.w, t.c

    def numbers(self, count: int, unit: float) -> bytes:
        return f32(
            [
                unit * self.dice.uniform(0.5, 1.5) * self.dice.choice((1, 1, -1))
                for _ in range(count)
            ]
        )

    def add(self, **fields: Any) -> None:
        self.layers.append(Layer(**fields))

    def to(self, kind: TensorType, planes: int = 0) -> int:
        """Quantise `x`."""
        out = self.tensor(kind, self.map(), planes)
        c = self.map()[2]
        if kind is TensorType.BITS:
            self.add(op=Op.AFFINE, source=self.x, bits=out, bias=self.numbers(c, 0.3))
            return out
        limits = {TensorType.I8: (-128.0, 127.0), TensorType.PLANES: (0.0, (1 << planes) - 1.0)}
        low, high = limits.get(kind, (-math.inf, math.inf))
        unit = {TensorType.I8: 40.0, TensorType.PLANES: 1.5}.get(kind, 1.0)
        self.add(
            op=Op.AFFINE, source=self.x, out=out, scale=self.numbers(c, unit), low=low, high=high
        )
        return out


def random_plan(seed: int, steps: int = 5, schemes: Sequence[str] = EXACT) -> PlanNetwork:
    """Return a sound network; the same for the same arguments."""
    dice = random.Random(seed)
    m = Maker(dice)
    shape = (dice.randint(4, 11), dice.randint(4, 11), dice.choice((1, 3, 8, 64, 70)))
    m.x = m.tensor(TensorType.F32, shape, 0)
    doings = (_conv, _conv, _conv, _maxpool, _avgpool, _add, _fire)
    for _ in range(steps):
        dice.choice(doings)(m, schemes)
    first = m.x
    _classify(m, schemes, first)
    return PlanNetwork(
        name=f"random{seed}",
        tensors=tuple(m.tensors),
        layers=tuple(m.layers),
        input=0,
        output=m.layers[-1].out or 0,
    )


def signs_plan(seed: int, border: Border = Border.PLUS_ONE) -> PlanNetwork:
    """Return two binary convolutions with nothing but signs between them.

    Among the channels are such as never change, and scales that are negative or zero.
    """
    m = Maker(random.Random(seed))
    m.x = m.tensor(TensorType.F32, (7, 9, 70))
    source, filters = m.to(TensorType.BITS), 75
    weights, _ = weights_of(m, "w1a1", source, filters, 9)
    signs = m.tensor(TensorType.BITS, (7, 9, filters))
    scale = [m.dice.choice((1, -1, 1, -1, 0)) * m.dice.uniform(0.1, 2.0) for _ in range(filters)]
    bias = [m.dice.choice((1.0, 1.0, 1.0, 100.0)) * m.dice.gauss(0, 20) for _ in range(filters)]
    window = dict.fromkeys(("kernel_h", "kernel_w"), 3)
    m.add(
        op=Op.CONV,
        scheme="w1a1",
        source=source,
        bits=signs,
        filters=filters,
        weights=weights,
        scale=f32(scale),
        bias=f32(bias),
        border=border,
        **window,
        **dict.fromkeys(("pad_top", "pad_left"), 1),
    )
    weights, _ = weights_of(m, "w1a1", signs, 5, 9)
    last = m.tensor(TensorType.F32, (5, 7, 5))
    m.tensors[last] = replace(m.tensors[last], slot=None)
    m.add(op=Op.CONV, scheme="w1a1", source=signs, out=last, filters=5, weights=weights, **window)
    return PlanNetwork(
        name="signs", tensors=tuple(m.tensors), layers=tuple(m.layers), input=0, output=last
    )


def wide_plan(seed: int, *, low: float, adds: bool) -> PlanNetwork:
    """Return a network of floats with so many products in a sum that a conv kernel takes them."""
    m = Maker(random.Random(seed))
    m.x = m.tensor(TensorType.F32, (7, 6, 128))
    source, shape = m.x, (7, 6, 128)
    weights, _ = weights_of(m, "fp32", source, 128, 9)
    m.x = m.tensor(TensorType.F32, shape)
    m.tensors[m.x] = replace(m.tensors[m.x], slot=None)
    m.add(
        op=Op.CONV,
        scheme="fp32",
        source=source,
        out=m.x,
        shortcut=source if adds else None,
        filters=128,
        weights=weights,
        scale=m.numbers(128, 0.03),
        bias=m.numbers(128, 0.2),
        low=low,
        border=Border.ZERO,
        **dict.fromkeys(("kernel_h", "kernel_w"), 3),
        **dict.fromkeys(("pad_top", "pad_left"), 1),
    )
    return PlanNetwork(
        name="wide", tensors=tuple(m.tensors), layers=tuple(m.layers), input=0, output=m.x
    )


def _source(m: Maker, scheme: str) -> int:
    kind = SCHEMES[scheme]
    if kind is TensorType.F32:
        return m.x
    return m.to(kind, int(scheme[-1]) if kind is TensorType.PLANES else 0)


def weights_of(
    m: Maker, scheme: str, source: int, filters: int, taps: int
) -> tuple[bytes, Encoding]:
    """Seeded weights in the form that a plan has them in."""
    t = m.tensors[source]
    seed = m.dice.getrandbits(60)
    count = filters * taps * t.c
    if scheme == "w1a1":
        words = seeds.words(seed, filters * taps * t.row_words).reshape(-1, t.row_words).copy()
        if t.c % 64:
            words[:, -1] &= (1 << (t.c % 64)) - 1
        return words.astype("<u8").tobytes(), Encoding.SIGNED
    if scheme in ("fp32", "fp16"):
        values = seeds.normals(seed, count)
        return values.astype("<f4" if scheme == "fp32" else "<f2").tobytes(), Encoding.SIGNED
    if scheme.startswith("tern"):
        return seeds.integers(seed, count, -1, 1).astype("i1").tobytes(), Encoding.SIGNED
    if scheme == "w8a8":
        return seeds.integers(seed, count, -127, 127).astype("i1").tobytes(), Encoding.SIGNED
    bits = int(scheme[1])
    encoding = m.dice.choice(tuple(Encoding))
    codes = seeds.integers(seed, count, 0, (1 << bits) - 1)
    if encoding is Encoding.BIPOLAR or (encoding is Encoding.SIGNED and bits == 1):
        codes = 2 * codes - ((1 << bits) - 1)  # one bit in two's complement has no +1
    elif encoding is Encoding.SIGNED:
        codes = codes - (1 << (bits - 1))
    return codes.astype("i1").tobytes(), encoding


def _side(m: Maker, given: int) -> tuple[int, int, int, int]:
    """Kernel, stride, pad and how many windows fit one side; the last one may overhang."""
    kernel = m.dice.choice((1, 1, 2, 3, 3, 3, 5))
    stride, pad = m.dice.choice((1, 1, 2, 3)), m.dice.randint(0, kernel - 1)
    most = (given + pad - 1) // stride + 1
    made = max(1, min(most, (given + 2 * pad - kernel) // stride + 1 + m.dice.choice((0, 0, 1))))
    return kernel, stride, pad, made


def _window(m: Maker, given: tuple[int, int, int]) -> tuple[dict[str, int], tuple[int, int]]:
    down = _side(m, given[0])
    across = _side(m, given[1])
    if m.dice.random() < 0.6 and given[0] == given[1]:
        across = down
    names = ("kernel", "stride", "pad")
    ends = {"kernel": ("_h", "_w"), "stride": ("_h", "_w"), "pad": ("_top", "_left")}
    fields = {
        name + end: side[i]
        for i, name in enumerate(names)
        for side, end in zip((down, across), ends[name], strict=True)
    }
    return fields, (down[3], across[3])


def _border(m: Maker, scheme: str, *, regular: bool) -> dict[str, Any]:
    kind = SCHEMES[scheme]
    choices = [Border.REPLICATE]
    if kind is TensorType.BITS:
        choices += [Border.PLUS_ONE, Border.MINUS_ONE]
        if regular and scheme == "w1a1":
            choices.append(Border.ZERO)
    else:
        choices += [Border.ZERO] + ([Border.VALUE] if kind is TensorType.I8 else [])
    border = m.dice.choice(choices)
    value = m.dice.randint(-128, 127) if border is Border.VALUE else 0
    return {"border": border, "border_value": value}


def _products(m: Maker, scheme: str, filters: int) -> tuple[dict[str, Any], tuple[int, int]]:
    """All of a CONV but its outputs, and its map."""
    source = _source(m, scheme)
    given = m.map(source)
    window, made = _window(m, given)
    taps = window["kernel_h"] * window["kernel_w"]
    weights, encoding = weights_of(m, scheme, source, filters, taps)
    square = (window["kernel_h"], window["stride_h"], window["pad_top"]) == (
        window["kernel_w"],
        window["stride_w"],
        window["pad_left"],
    )
    regular = square and all(
        (side + 2 * window["pad_top"] - window["kernel_h"]) // window["stride_h"] + 1 == count
        for side, count in zip(given[:2], made, strict=True)
    )
    size = {TensorType.I8: 60.0, TensorType.PLANES: 2.0}.get(SCHEMES[scheme], 1.0)
    heavy = {"w8a8": 60.0, "w4a8": 5.0, "w4a4": 5.0, "w3a3": 3.0}.get(scheme, 1.0)
    unit = 1.0 / (size * heavy * math.sqrt(taps * given[2]))
    fields = {
        "op": Op.CONV,
        "source": source,
        "scheme": scheme,
        "encoding": encoding,
        "filters": filters,
        "weights": weights,
        "scale": m.numbers(filters, unit),
        "bias": m.numbers(filters, 0.2) if m.dice.random() < 0.8 else b"",
        **window,
        **_border(m, scheme, regular=regular),
    }
    return fields, made


def _conv(m: Maker, schemes: Sequence[str]) -> None:
    """Any scheme, any window; to floats, perhaps with signs, limits and a shortcut."""
    filters = m.dice.choice((1, 5, 16, 64, 67))
    fields, made = _products(m, m.dice.choice(tuple(schemes)), filters)
    shape = (*made, filters)
    out = m.tensor(TensorType.F32, shape)
    if m.dice.random() < 0.4:
        fields["bits"] = m.tensor(TensorType.BITS, shape)
    if m.dice.random() < 0.4:
        fields["low"] = 0.0
    if m.map()[:2] == made and m.map()[2] == filters:
        fields["shortcut"] = m.x
    m.add(out=out, **fields)
    m.x = out


def _fire(m: Maker, schemes: Sequence[str]) -> None:
    """Two convolutions of one window write one map of bytes; a third reads it."""
    scheme = m.dice.choice(tuple(schemes))
    state = m.dice.getstate()
    fields, made = _products(m, scheme, 16)
    both = m.tensor(TensorType.I8, (*made, 16 + 8))
    fields["scale"] = m.numbers(16, 30.0 / max(1.0, math.sqrt(len(fields["weights"]))))
    m.add(out=both, low=-128.0, high=127.0, **fields)
    m.dice.setstate(state)  # so that the second one draws the same window
    again, _ = _products(m, scheme, 8)
    m.add(out=both, out_first=16, low=0.0, high=100.0, **again)
    out = m.tensor(TensorType.F32, (*made, 24))
    m.add(op=Op.AFFINE, source=both, out=out, scale=m.numbers(24, 0.02), bias=m.numbers(24, 0.1))
    m.x = out


def _maxpool(m: Maker, _schemes: Sequence[str]) -> None:
    kind = m.dice.choice((TensorType.F32, TensorType.I8, TensorType.F16, TensorType.BITS))
    source = m.x if kind is TensorType.F32 else m.to(kind)
    window, made = _window(m, m.map())
    shape = (*made, m.map()[2])
    out = m.tensor(kind, shape)
    signs = (
        m.tensor(TensorType.BITS, shape)
        if kind is TensorType.F32 and m.dice.random() < 0.5
        else None
    )
    m.add(op=Op.MAXPOOL, source=source, out=out, bits=signs, **window)
    if kind in (TensorType.I8, TensorType.F16):
        back = m.tensor(TensorType.F32, shape)
        m.add(op=Op.AFFINE, source=out, out=back, scale=m.numbers(shape[2], 0.05))
        out = back
    if kind is TensorType.BITS:  # only a product reads bits
        weights, _ = weights_of(m, "w1a1", out, 9, 1)
        back = m.tensor(TensorType.F32, (*made, 9))
        m.add(op=Op.CONV, scheme="w1a1", source=out, out=back, filters=9, weights=weights)
        out = back
    m.x = out


def _avgpool(m: Maker, _schemes: Sequence[str]) -> None:
    source = m.x if m.dice.random() < 0.5 else m.to(TensorType.I8)
    window, made = _window(m, m.map())
    out = m.tensor(TensorType.F32, (*made, m.map()[2]))
    scale = b"" if source == m.x else m.numbers(m.map()[2], 0.02)
    m.add(op=Op.AVGPOOL, source=source, out=out, scale=scale, whole=m.dice.random() < 0.3, **window)
    m.x = out


def _add(m: Maker, _schemes: Sequence[str]) -> None:
    """The map plus its own bytes."""
    other = m.to(TensorType.I8)
    out = m.tensor(TensorType.F32, m.map())
    m.add(
        op=Op.AFFINE,
        source=m.x,
        out=out,
        shortcut=other,
        shortcut_scale=0.015625,
        low=-2.0,
        high=3.0,
    )
    m.x = out


def _classify(m: Maker, schemes: Sequence[str], _first: int) -> None:
    """A dense layer to the output, which lies outside of the arena."""
    scheme = "w8a8" if "w8a8" in schemes else schemes[0]
    source = _source(m, scheme)
    h, w, _ = m.map(source)
    weights, encoding = weights_of(m, scheme, source, 10, h * w)
    m.tensors.append(Tensor(type=TensorType.F32, h=1, w=1, c=10))
    m.add(
        op=Op.CONV,
        scheme=scheme,
        source=source,
        out=len(m.tensors) - 1,
        filters=10,
        kernel_h=h,
        kernel_w=w,
        weights=weights,
        encoding=encoding,
        scale=m.numbers(10, 0.001),
        bias=m.numbers(10, 0.1),
    )
