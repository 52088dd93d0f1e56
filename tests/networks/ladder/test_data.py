"""The data set's files: absent or changed ones are refused with what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.errors import NetworkError
from harness.networks.ladder import data

if TYPE_CHECKING:
    from pathlib import Path


def test_an_absent_data_set_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="install Debian's dataset-fashion-mnist"):
        data.images_and_labels("t10k", tmp_path)


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(b"\0\0\x08\x01\0\0\0\0")
    with pytest.raises(NetworkError, match="sha256 differs"):
        data.images_and_labels("t10k", tmp_path)
