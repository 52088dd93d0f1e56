from __future__ import annotations

import importlib.util

import numpy as np
import pytest

from harness.errors import NetworkError
from harness.networks.sources import photos


def test_an_unknown_photo_is_refused() -> None:
    with pytest.raises(NetworkError, match="known photos"):
        photos.photo("lena")


@pytest.mark.parametrize("name", photos.ALL)
def test_every_photo_has_three_channels_of_bytes(name: str) -> None:
    pixels = photos.photo(name)
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 3


def test_the_crop_is_of_the_centre_in_bgr_less_the_mean() -> None:
    pixels = np.zeros((300, 500, 3), np.uint8)
    pixels[..., 0] = 200  # red
    made = photos.preprocess(pixels)
    assert made.shape == (1, 3, 224, 224)
    assert made[0, :, 0, 0].tolist() == pytest.approx([-103.939, -116.779, 200 - 123.68], abs=1e-4)


def test_crops_are_the_same_every_time() -> None:
    one, other = photos.crops(3, 5), photos.crops(3, 5)
    assert one.shape == (3, 3, 224, 224)
    assert np.array_equal(one, other)


def test_noise_is_pixels_less_the_mean() -> None:
    made = photos.noise(2, 1)
    assert made.shape == (2, 3, 224, 224)
    assert made.min() >= -124
    assert made.max() <= 255


def test_class_words_come_from_the_labels() -> None:
    assert photos.class_words(967) == "espresso"


def test_without_the_packages_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert not photos.available()
    assert photos.class_words(967) == ""
