"""The committed images: whole, of every class, at the places of their seed."""

from __future__ import annotations

import lzma

import numpy as np

from harness.networks.ladder import sample


def test_the_sample_holds_images_of_every_class() -> None:
    images, labels = sample.load()
    assert images.shape == (256, 28, 28)
    assert set(labels.tolist()) == set(range(10))
    assert 30 < images.mean() < 130
    assert sample.FILE.stat().st_size < 100_000


def test_the_sample_is_packed_from_the_places_of_its_seed() -> None:
    places = sample.places()
    assert len(set(places.tolist())) == 256
    assert (places[:3].tolist(), places.max() < 10_000) == ([26, 52, 81], True)
    images, labels = np.zeros((10_000, 28, 28), np.uint8), np.zeros(10_000, np.uint8)
    images[places], labels[places] = sample.load()
    again = lzma.decompress(sample.packed(images, labels))  # another liblzma may pack otherwise
    assert again == lzma.decompress(sample.FILE.read_bytes())
