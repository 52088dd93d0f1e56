"""The sidecar of one's own network: what its input is, and what its outputs are held against.

A small YAML file beside the network (net.onnx and net.yaml). This room checks the words; whether
the shapes are those of the network, and what the files hold, is for those who read them.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator

from harness.config.document import Document, load
from harness.config.schema import Strict, validate
from harness.config.words import check
from harness.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Fault = tuple[tuple[str, ...], str]

Layout: TypeAlias = Literal["NCHW", "NHWC"]
Dtype: TypeAlias = Literal["float32", "uint8", "int8"]
Channels: TypeAlias = Literal["RGB", "BGR", "grey"]
Resample: TypeAlias = Literal["nearest", "bilinear", "bicubic"]
Metric: TypeAlias = Literal["top1", "top5", "sqnr", "max_abs"]

MAX_SIDE = 65536
MAX_VALUES = 1 << 28
# Beside the sidecar, so that a network from a stranger names no other file of the user's
_BESIDE = re.compile(r"\./(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*/?", re.ASCII)
_CHANNELS: Mapping[str, int] = {"RGB": 3, "BGR": 3, "grey": 1}
_ARRAY = re.compile(r".*\.(?:npy|npz|raw)")
# what a tolerance of each metric may be: a share of images, decibels, a difference
_TOLERANCES = {"top1": (0.0, 1.0), "top5": (0.0, 1.0), "sqnr": (-100.0, 400.0)} | {
    "max_abs": (0.0, 1e30)
}


@dataclass(frozen=True, kw_only=True)
class Input:
    """The one input: shape with a batch of 1; without height and width there is no layout."""

    shape: tuple[int, ...]
    layout: Layout | None
    dtype: Dtype

    @property
    def map(self) -> tuple[int, int, int] | None:
        """Height, width and channels, None where the input is no map."""
        if self.layout is None:
            return None
        _, a, b, c = self.shape
        return (b, c, a) if self.layout == "NCHW" else (a, b, c)


@dataclass(frozen=True, kw_only=True)
class Preprocessing:
    """From an image to the input: scaled to `size`, centre cut out, (x - mean) * scale.

    `size`: height and width, or one number for the shorter side. x lies in 0..255; `mean` and
    `scale` have one number a channel, in the order of `channels`.
    """

    size: int | tuple[int, int]
    crop: tuple[int, int] | None
    resample: Resample
    channels: Channels
    mean: tuple[float, ...]
    scale: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Golden:
    """Known outputs: arrays (.npy, .npz with one array) or values as they lie in memory (.raw)."""

    input: Path
    output: Path


@dataclass(frozen=True, kw_only=True)
class Sidecar:
    """All of it; exactly one of `golden` and `labels` is there, and `preprocessing` with labels.

    `labels`: a folder with a folder a class, or a .csv with a line `image,class` each, whose images
    lie beside it. `tolerance`: the least share of images (top1, top5), the least decibels (sqnr),
    or the largest difference (max_abs) that is still right; None: it is only reported.
    """

    input: Input
    preprocessing: Preprocessing | None
    golden: Golden | None
    labels: Path | None
    metric: Metric
    tolerance: float | None


def sidecar_of(network: Path) -> Path:
    """Return where the sidecar of a network file lies."""
    return network.with_suffix(".yaml")


def load_sidecar(path: Path) -> Sidecar:
    """Read a sidecar; raises ConfigError with file:line:column of each fault."""
    return from_document(load(path), path.parent)


def from_document(document: Document, folder: Path) -> Sidecar:
    """Check a document and turn it into a Sidecar, whose files lie in `folder`."""
    model = validate(document, SidecarModel)
    given = _input(model.inputs)
    faults = [*_input_faults(given), *_truth_faults(model)]
    faults += _image_faults(given, model.preprocessing) if model.preprocessing else []
    if faults:
        path, words = faults[0]
        raise ConfigError(f"{'.'.join(path) or 'document'}: {words}", where=document.where(path))
    golden = model.golden
    return Sidecar(
        input=given,
        preprocessing=_preprocessing(model.preprocessing) if model.preprocessing else None,
        golden=Golden(input=folder / golden.input, output=folder / golden.output)
        if golden
        else None,
        labels=folder / model.labels if model.labels else None,
        metric=model.metric,
        tolerance=model.tolerance,
    )


def _shape(value: tuple[int, ...]) -> tuple[int, ...]:
    if len(value) not in {2, 4} or value[0] != 1:
        raise ValueError("wants 4 numbers such as [1, 3, 224, 224], or [1, 784]; the batch is 1")
    if not all(1 <= n <= MAX_SIDE for n in value) or math.prod(value) > MAX_VALUES:
        raise ValueError(f"{list(value)} is out of range")
    return value


def _sides(value: object) -> object:
    sides = value if isinstance(value, tuple) and len(value) == 2 else (value,)
    for side in sides:
        if isinstance(side, bool) or not isinstance(side, int) or not 1 <= side <= MAX_SIDE:
            raise ValueError("wants a number of pixels, or [height, width]")
    return value


def _numbers(value: object) -> tuple[float, ...]:
    numbers = value if isinstance(value, tuple) else (value,)
    if not numbers or any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        raise ValueError("wants a number, or a list with one a channel")
    return tuple(float(n) for n in numbers)


def _array(value: str) -> str:
    check(_BESIDE, "file beside this one: write ./name.npy, ./name.npz or ./name.raw")(value)
    if not _ARRAY.fullmatch(value):
        raise ValueError(f"{value!r:.82} is of no known kind: .npy, .npz and .raw are read")
    return value


_Sides = Annotated[int | tuple[int, int], BeforeValidator(_sides)]
_Numbers = Annotated[tuple[float, ...], BeforeValidator(_numbers)]
_File = Annotated[str, AfterValidator(_array)]
_Labels = "folder or .csv beside this file: write ./images or ./labels.csv"


class InputsModel(Strict):
    """The one input of the network."""

    shape: Annotated[tuple[int, ...], AfterValidator(_shape)]
    layout: Layout | None = None
    dtype: Dtype = "float32"


class PreprocessingModel(Strict):
    """From an image to the input."""

    size: _Sides
    crop: _Sides | None = None
    resample: Resample = "bilinear"
    channels: Channels = "RGB"
    mean: _Numbers = (0.0,)
    scale: _Numbers = (1.0,)


class GoldenModel(Strict):
    """An input and the output that belongs to it."""

    input: _File
    output: _File


class SidecarModel(Strict):
    """The whole file."""

    inputs: InputsModel
    preprocessing: PreprocessingModel | None = None
    golden: GoldenModel | None = None
    labels: Annotated[str, AfterValidator(check(_BESIDE, _Labels))] | None = None
    metric: Metric
    tolerance: float | None = None


def _input(model: InputsModel) -> Input:
    return Input(shape=model.shape, layout=model.layout, dtype=model.dtype)


def _preprocessing(model: PreprocessingModel) -> Preprocessing:
    count = _CHANNELS[model.channels]
    crop = None if model.crop is None else _pair(model.crop)
    return Preprocessing(
        size=model.size,
        crop=crop,
        resample=model.resample,
        channels=model.channels,
        mean=model.mean * count if len(model.mean) == 1 else model.mean,
        scale=model.scale * count if len(model.scale) == 1 else model.scale,
    )


def _pair(sides: int | tuple[int, int]) -> tuple[int, int]:
    return (sides, sides) if isinstance(sides, int) else sides


def _input_faults(given: Input) -> Iterator[Fault]:
    if len(given.shape) == 4 and given.layout is None:
        yield ("inputs",), "layout is missing: write NCHW or NHWC"
    if len(given.shape) == 2 and given.layout is not None:
        yield ("inputs", "layout"), f"an input of the shape {list(given.shape)} has none"


def _truth_faults(model: SidecarModel) -> Iterator[Fault]:
    if (model.golden is None) == (model.labels is None):
        one = ("labels",) if model.labels else ()
        yield one, "give either golden (an input and its output) or labels (images and classes)"
    if model.labels and model.preprocessing is None:
        yield ("labels",), "images need preprocessing: say how they become the input"
    if model.golden and model.preprocessing:
        yield ("preprocessing",), "a golden input is what the network reads; leave this out"
    if model.labels and model.metric in {"sqnr", "max_abs"}:
        yield ("metric",), f"{model.metric} needs golden outputs; labels give top1 or top5"
    low, high = _TOLERANCES[model.metric]
    if model.tolerance is not None and not low <= model.tolerance <= high:
        yield ("tolerance",), f"of {model.metric} lies in {low:g}..{high:g}"


def _image_faults(given: Input, model: PreprocessingModel) -> Iterator[Fault]:
    place = "preprocessing"
    if given.map is None:
        yield (place,), f"an input of the shape {list(given.shape)} is no image"
        return
    h, w, c = given.map
    count = _CHANNELS[model.channels]
    if count != c:
        yield (place, "channels"), f"{model.channels} has {count}, the input {c}"
    for name, numbers in (("mean", model.mean), ("scale", model.scale)):
        if len(numbers) not in {1, count}:
            yield (place, name), f"{len(numbers)} numbers for {count} channels"
    if model.crop is not None:
        if _pair(model.crop) != (h, w):
            yield (place, "crop"), f"leaves {list(_pair(model.crop))}, the input is [{h}, {w}]"
        if min(a - b for a, b in zip(_pair(model.size), _pair(model.crop), strict=True)) < 0:
            yield (place, "size"), "is smaller than what is cut out of it"
    elif model.size != (h, w):
        # one number leaves the longer side as it comes
        words = f"without crop it must be the input's [{h}, {w}]"
        yield (place, "size"), words
