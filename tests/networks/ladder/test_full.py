"""Every committed net on all 10,000 test images: the accuracies that are printed elsewhere."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from harness.networks.ladder import data, evaluate, files, sample

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow
PACKAGE = "dataset-fashion-mnist"
# fp32 sums are rounded once but may fall on either side: so many images may differ
LOOSE_IMAGES = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fashion-MNIST's folder: the installed one, else a downloaded package, unpacked."""
    if data.FOLDER.is_dir():
        return data.FOLDER
    home = tmp_path_factory.mktemp("fashion")
    # a third party's list may be down: only the download counts
    script = f"apt-get -qq update; apt-get -qq download {PACKAGE} && dpkg-deb -x {PACKAGE}_*.deb ."
    done = subprocess.run(["/bin/sh", "-c", script], cwd=home, check=False)
    assert done.returncode == 0, f"{PACKAGE} cannot be had: install it, or run this on Debian"
    return home / data.FOLDER.relative_to("/")


@pytest.mark.parametrize("name", files.entries())
def test_the_recorded_accuracy_is_reached(name: str, folder: Path) -> None:
    known = files.entries()[name]
    found = evaluate.full_check(files.load(known.scheme, known.width), folder)
    loose = LOOSE_IMAGES if known.scheme == "fp32" else 0
    assert abs(found - known.accuracy) <= loose / 10_000 + 1e-9
    if name == "w1a1_1":
        assert found >= 0.88
    if name == "fp32_1":
        assert found >= 0.91


def test_the_sample_is_part_of_the_data_set(folder: Path) -> None:
    images, labels = data.images_and_labels("t10k", folder)
    assert (images[sample.places()] == sample.load()[0]).all()
    assert (labels[sample.places()] == sample.load()[1]).all()
