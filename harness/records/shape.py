"""Shapes of kernels as suites write them, and the sizes they stand for; knows no kernel's code.

`gemm`, `poolgemm`  MxNxK            `gemv`    NxK (M is 1)
`conv`              HxWxCxNkR[sS][gG]    `dwconv`  HxWxCkR[sS]
`maxpool`           HxWxC            `planes`  RxPxK (P bit-planes)
other bitwise ops   RxK (rows x elements)

A convolution has C channels in, N out, an R x R window, stride S and G groups; its padding is
R // 2 on every side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SIDE = r"([1-9][0-9]{0,6})"
_THREE = re.compile(rf"{_SIDE}x{_SIDE}x{_SIDE}", re.ASCII)
_TWO = re.compile(rf"{_SIDE}x{_SIDE}", re.ASCII)
_CONV = re.compile(rf"{_SIDE}x{_SIDE}x{_SIDE}x{_SIDE}k([1-9])(?:s([1-9]))?(?:g{_SIDE})?", re.ASCII)
_DEPTHWISE = re.compile(rf"{_SIDE}x{_SIDE}x{_SIDE}k([1-9])(?:s([1-9]))?", re.ASCII)
MAPS = frozenset({"popcount", "signf", "signi", "planes", "maxpool", "xnor", "or"})
# what a thread gets at least: whole tiles (kernels/runner/split.c)
_ROWS, _COLUMNS = 12, 64
# what the runner takes
MAX_SIDE = 1 << 20
MAX_MAP_SIDE = 1 << 12
MAX_PLANES = 8
# 64 Mi elements: 256 MiB of fp32, more than the smallest boards have for one operand
MAX_ELEMENTS = 1 << 26


@dataclass(frozen=True, kw_only=True)
class KernelShape:
    """Sizes of one call. `window` 0: no convolution, and then h, w, stride and groups mean nothing.

    For a convolution m is the number of output pixels, n that of output channels, k the products
    in one sum; `macs` is 0 for ops that multiply nothing.
    """

    m: int
    n: int
    k: int
    h: int = 0
    w: int = 0
    window: int = 0
    stride: int = 0
    groups: int = 0
    macs: int = 0

    @property
    def keys(self) -> dict[str, int]:
        """The runner's names for it."""
        product = {"m": self.m, "n": self.n, "k": self.k}
        if not self.window:
            return product
        return product | {
            "h": self.h,
            "w": self.w,
            "window": self.window,
            "stride": self.stride,
            "groups": self.groups,
        }


def fits(op: str, text: str) -> bool:
    """Say whether `text` is written as the shapes of `op` are."""
    return _pattern(op).fullmatch(text) is not None


def is_shape(text: str) -> bool:
    """Say whether `text` is a shape of any op; other words may be names of sets."""
    return any(p.fullmatch(text) for p in (_THREE, _TWO, _CONV, _DEPTHWISE))


def parse(op: str, text: str) -> KernelShape:
    """Return the sizes; ValueError with words when `text` is no shape of `op`, or is too large."""
    match = _pattern(op).fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r:.82} is no shape of {op}: write {_example(op)}")
    numbers = [int(part) if part else 1 for part in match.groups()]
    shape = _convolution(op, numbers) if op in {"conv", "dwconv"} else _product(op, numbers)
    _bounded(text, shape)
    return shape


def splits(op: str, text: str, threads: int) -> bool:
    """Say whether the runner can cut the call into as many parts; ValueError as of `parse`."""
    shape = parse(op, text)
    columns = -(-shape.n // _COLUMNS) >= threads
    if op in {"conv", "dwconv"}:
        high = (shape.h + 2 * (shape.window // 2) - shape.window) // shape.stride + 1
        return high >= threads or (columns and shape.groups == 1)
    if op == "maxpool":
        return False
    return shape.m >= threads if op in MAPS else columns or -(-shape.m // _ROWS) >= threads


def _pattern(op: str) -> re.Pattern[str]:
    if op == "conv":
        return _CONV
    if op == "dwconv":
        return _DEPTHWISE
    two = op == "gemv" or (op in MAPS and op not in {"planes", "maxpool"})
    return _TWO if two else _THREE


def _example(op: str) -> str:
    examples = {
        "conv": "HxWxCxNkR, such as 56x56x64x64k3 or 56x56x64x128k3s2",
        "dwconv": "HxWxCkR, such as 112x112x32k3",
        "gemv": "NxK, such as 4096x4096",
        "maxpool": "HxWxC, such as 56x56x64",
        "planes": "RxPxK, such as 3136x2x64",
    }
    if op in examples:
        return examples[op]
    return "RxK, such as 3136x64" if op in MAPS else "MxNxK, such as 512x512x512"


def _product(op: str, numbers: list[int]) -> KernelShape:
    if op in MAPS:
        m, n, k = numbers if len(numbers) == 3 else (numbers[0], 1, numbers[1])
        if op == "planes" and n > MAX_PLANES:
            raise ValueError(f"{n} planes: a code has at most {MAX_PLANES} bits")
        return KernelShape(m=m, n=n, k=k)
    m, n, k = (1, *numbers) if len(numbers) == 2 else numbers
    return KernelShape(m=m, n=n, k=k, macs=m * n * k)


def _convolution(op: str, numbers: list[int]) -> KernelShape:
    if op == "conv":
        h, w, c, n, window, stride, groups = numbers
    else:
        h, w, c, window, stride = numbers
        n = groups = c
    if c % groups or n % groups:
        raise ValueError(f"{groups} groups divide neither {c} nor {n} channels evenly")
    pad = window // 2
    if min(h, w) + 2 * pad < window:
        raise ValueError(f"a {window}x{window} window is larger than its padded map {h}x{w}")
    m = ((h + 2 * pad - window) // stride + 1) * ((w + 2 * pad - window) // stride + 1)
    k = c // groups * window * window
    if max(h, w) > MAX_MAP_SIDE:
        raise ValueError(f"a side of the map is over {MAX_MAP_SIDE}")
    return KernelShape(
        m=m, n=n, k=k, h=h, w=w, window=window, stride=stride, groups=groups, macs=m * n * k
    )


def _bounded(text: str, s: KernelShape) -> None:
    if max(s.m, s.n, s.k) > MAX_SIDE or max(s.m * s.n, s.n * s.k, s.m * s.k) > MAX_ELEMENTS:
        raise ValueError(f"{text} is too large: no operand may exceed {MAX_ELEMENTS} elements")
