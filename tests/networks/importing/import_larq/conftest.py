"""The recorded file of Larq Zoo, unpacked once."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from harness.networks.importing.import_larq.file import Layer, read_layers

DATA = Path(__file__).with_name("data")


@pytest.fixture(scope="session")
def weights_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("larq") / "birealnet.h5"
    path.write_bytes(gzip.decompress((DATA / "recorded_birealnet.h5.gz").read_bytes()))
    return path


@pytest.fixture(scope="session")
def layers(weights_file: Path) -> tuple[Layer, ...]:
    return read_layers(weights_file)
