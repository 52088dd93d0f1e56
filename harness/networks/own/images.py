"""Labelled images of a sidecar: found in a folder or a list, and made what the network reads."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from harness.config.network import Preprocessing, Sidecar

    Floats = NDArray[np.float32]

MAX_IMAGES = 256  # taken evenly from all that there are
_KINDS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".pgm", ".gif", ".tif", ".webp"})
_INSTALL = "pip install 'lowbit-edge-harness[reference]'"
_MODES = {"RGB": "RGB", "BGR": "RGB", "grey": "L"}

Labelled = tuple["Path", int]


def labelled(labels: Path, classes: Sequence[str]) -> list[Labelled]:
    """Return images with their classes, at most MAX_IMAGES; `classes` are the network's own words.

    A folder has a folder a class: its name is a number, one of `classes`, or its place in the
    alphabet counts. A .csv has lines `image,class`.
    """
    where = str(labels)
    try:
        found = _of_folder(labels, classes) if labels.is_dir() else _of_list(labels, classes)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        words = f"cannot be read: {error}"
        raise NetworkError(words, where=where, do="`labels` of the sidecar") from None
    if not found:
        raise NetworkError("no images with a class are there", where=where)
    step = max(1, -(-len(found) // MAX_IMAGES))
    return found[::step]


def _of_folder(folder: Path, classes: Sequence[str]) -> list[Labelled]:
    names = sorted(one.name for one in folder.iterdir() if one.is_dir())
    known = all(name.isdecimal() or name in classes for name in names)
    return [
        (path, _class(name, classes) if known else place)
        for place, name in enumerate(names)
        for path in sorted((folder / name).iterdir())
        if path.suffix.lower() in _KINDS
    ]


def _of_list(path: Path, classes: Sequence[str]) -> list[Labelled]:
    found: list[Labelled] = []
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.reader(file), 1):
            where = f"{path}:{number}"
            if not row:
                continue
            if len(row) != 2:
                raise NetworkError("wants a line `image,class`", where=where)
            name, word = (part.strip() for part in row)
            if number == 1 and not word.isdecimal() and word not in classes:
                continue  # a heading
            image = path.parent / name
            if not image.resolve().is_relative_to(path.parent.resolve()):
                raise NetworkError(f"{name!r} does not lie beside this list", where=where)
            try:
                found.append((image, _class(word, classes)))
            except ValueError:
                words = f"{word!r} is neither a number nor a class of the network"
                raise NetworkError(words, where=where) from None
    return found


def _class(word: str, classes: Sequence[str]) -> int:
    return int(word) if word.isdecimal() else list(classes).index(word)


def load_image(path: Path, sidecar: Sidecar) -> Floats:
    """Return an image as the map [h, w, c] that the network reads; NetworkError if it is none."""
    try:
        from PIL import Image
    except ImportError:
        words = "images need the package pillow"
        raise NetworkError(words, where=str(path), do=_INSTALL) from None
    steps = sidecar.preprocessing
    if steps is None:
        raise NetworkError("labels want `preprocessing` in the sidecar")
    try:
        with Image.open(path) as opened:
            pixels = opened.convert(_MODES[steps.channels])
    except Exception as error:  # noqa: BLE001 - whatever a decoder says of a stranger's file
        raise NetworkError(f"is no image: {error}"[:200], where=str(path)) from None
    return _prepared(pixels, steps)


def _prepared(pixels: Any, steps: Preprocessing) -> Floats:  # noqa: ANN401 - an image of Pillow
    import numpy as np
    from PIL import Image

    w, h = pixels.size
    if isinstance(steps.size, int):
        scale = steps.size / min(h, w)
        high, wide = max(steps.size, round(h * scale)), max(steps.size, round(w * scale))
    else:
        high, wide = steps.size
    if (high, wide) != (h, w):
        pixels = pixels.resize((wide, high), getattr(Image.Resampling, steps.resample.upper()))
    values = np.asarray(pixels, np.float32).reshape(high, wide, -1)
    if steps.crop is not None:
        top, left = (high - steps.crop[0]) // 2, (wide - steps.crop[1]) // 2
        values = values[top : top + steps.crop[0], left : left + steps.crop[1]]
    if steps.channels == "BGR":
        values = values[..., ::-1]
    mean, factor = np.array(steps.mean, np.float32), np.array(steps.scale, np.float32)
    made: Floats = np.ascontiguousarray((values - mean) * factor, np.float32)
    return made
