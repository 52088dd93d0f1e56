"""Converted networks are made once, read back from the cache, and never trusted blindly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.errors import NetworkError
from harness.networks.convert import forms
from tests.runtimes.small import small

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))


@pytest.mark.parametrize("form", forms.WRITERS)
def test_the_second_time_it_is_read_and_not_made(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = forms.converted(small().onnx, form)
    assert tuple(made) == forms.FILES[form]
    monkeypatch.setattr(forms, "WRITERS", {form: None})
    assert forms.converted(small().onnx, form) == made


def test_what_was_damaged_is_made_again(tmp_path: Path) -> None:
    made = forms.converted(small().onnx, "ncnn")
    (kept,) = tmp_path.glob("converted/*/bin")
    kept.write_bytes(b"damaged")
    assert forms.converted(small().onnx, "ncnn") == made
    assert kept.read_bytes() == made["bin"]


def test_an_unknown_form_names_the_known_ones() -> None:
    with pytest.raises(NetworkError, match="known forms: ncnn, tflite"):
        forms.converted(b"", "caffe")
