from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ConfigError
from harness.records.item import Blob
from harness.runtimes.placeholders import fill

VALUES = {"m": "8", "shape": "8x8x8", "a": "case:a"}
MODEL = Blob.of(b"onnx")


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("plain", "plain"),
        ("{m}", "8"),
        ("--shape={shape},{m}", "--shape=8x8x8,8"),
        ("{{m}}", "{m}"),
        ("a}}{{b", "a}{b"),
        ("{a}", "case:a"),
    ],
)
def test_values_are_filled_in(word: str, text: str) -> None:
    assert fill(word, VALUES, {}, None) == (text, None)


def test_files_are_named_by_their_content() -> None:
    assert fill("{model}", VALUES, {"model": MODEL}, None) == (f"blob:{MODEL.sha256}", MODEL)
    text, blob = fill("./x", VALUES, {}, b"bytes")
    assert blob is not None
    assert text == f"blob:{blob.sha256}"


@pytest.mark.parametrize("word", ["{model}", "{n}", "x{input}"])
def test_what_an_item_has_not_is_said(word: str) -> None:
    with pytest.raises(ConfigError, match="stands for nothing here"):
        fill(word, VALUES, {}, None)


@pytest.mark.parametrize("word", ["blob:" + "0" * 64, "case:b", "{{m}}"])
def test_a_users_word_never_speaks_to_the_runner(word: str) -> None:
    if word.startswith("{"):
        assert fill(word, VALUES, {}, None)[0] == "{m}"
        return
    with pytest.raises(ConfigError, match="taken for a file of ours"):
        fill(word, VALUES, {}, None)


@given(st.text(alphabet="ablobcse:{}m8", max_size=12))
def test_only_our_values_make_words_of_ours(word: str) -> None:
    try:
        text, blob = fill(word, VALUES, {}, None)
    except ConfigError:
        return
    assert blob is None
    assert not text.startswith("blob:")
    assert not text.startswith("case:") or word == "{a}"
