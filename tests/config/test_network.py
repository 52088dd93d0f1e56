"""The sidecar of a network: what it takes, and each fault with its position."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.config.document import load
from harness.config.network import Sidecar, from_document, load_sidecar, sidecar_of
from harness.errors import ConfigError

IMAGES = """\
inputs: {shape: [1, 3, 224, 224], layout: NCHW}
preprocessing:
  size: 256
  crop: 224
  channels: BGR
  mean: [103.939, 116.779, 123.68]
  scale: 1
labels: ./val/labels.csv
metric: top1
tolerance: 0.56
"""
ARRAYS = """\
inputs:
  shape: [1, 28, 28, 1]
  layout: NHWC
  dtype: uint8
golden: {input: ./data/x.npy, output: ./data/y.raw}
metric: sqnr
tolerance: 40
"""


def read(text: str) -> Sidecar:
    return from_document(load(text, name="n.yaml"), Path("here"))


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_images_with_classes() -> None:
    sidecar = read(IMAGES)
    assert sidecar.input.map == (224, 224, 3)
    assert sidecar.input.dtype == "float32"
    made = sidecar.preprocessing
    assert made is not None
    assert (made.size, made.crop, made.resample) == (256, (224, 224), "bilinear")
    assert made.channels == "BGR"
    assert made.mean == (103.939, 116.779, 123.68)
    assert made.scale == (1.0, 1.0, 1.0)
    assert sidecar.labels == Path("here/val/labels.csv")
    assert sidecar.golden is None
    assert (sidecar.metric, sidecar.tolerance) == ("top1", 0.56)


def test_golden_outputs(tmp_path: Path) -> None:
    path = sidecar_of(tmp_path / "net.onnx")
    path.write_text(ARRAYS, encoding="utf-8")
    sidecar = load_sidecar(path)
    assert sidecar.input.map == (28, 28, 1)
    assert sidecar.golden is not None
    assert sidecar.golden.input == tmp_path / "data" / "x.npy"
    assert sidecar.golden.output == tmp_path / "data" / "y.raw"
    assert sidecar.labels is None
    assert sidecar.preprocessing is None


def test_a_flat_input_and_no_tolerance() -> None:
    text = changed(ARRAYS, "[1, 28, 28, 1]\n  layout: NHWC", "[1, 784]")
    sidecar = read(changed(text, "tolerance: 40\n", ""))
    assert sidecar.input.map is None
    assert sidecar.input.layout is None
    assert sidecar.tolerance is None


@pytest.mark.parametrize(
    ("text", "old", "new", "words"),
    [
        (IMAGES, "tolerance", "tolerence", r"n\.yaml:10:1: .*did you mean 'tolerance'"),
        (IMAGES, "channels", "chanels", r"n\.yaml:5:3: .*did you mean 'channels'"),
        (IMAGES, "BGR", "GBR", r"n\.yaml:5:13: .*'GBR' is not known; did you mean"),
        (IMAGES, "NCHW", "CHW", r"n\.yaml:1:43: .*did you mean 'NCHW'"),
        (IMAGES, "metric: top1\n", "", r"n\.yaml:1:1: metric: this key is missing"),
        (IMAGES, "[1, 3, 224, 224]", "[3, 224, 224]", r"n\.yaml:1:17: .*the batch is 1"),
        (IMAGES, "[1, 3, 224, 224]", "[2, 3, 224, 224]", "the batch is 1"),
        (IMAGES, "[1, 3, 224, 224]", "[1, 3, 0, 224]", r"\[1, 3, 0, 224\] is out of range"),
        (IMAGES, "[1, 3, 224, 224]", "[1, 60000, 60000, 3]", "is out of range"),
        (IMAGES, ", layout: NCHW", "", r"n\.yaml:1:9: inputs: layout is missing"),
        (IMAGES, "size: 256", "size: big", r"n\.yaml:3:9: .*number of pixels, or \[height, width"),
        (IMAGES, "size: 256", "size: [256, true]", "number of pixels"),
        (IMAGES, "size: 256", "size: 200", r"n\.yaml:3:9: .*smaller than what is cut out"),
        (IMAGES, "crop: 224", "crop: 200", r"n\.yaml:4:9: .*\[200, 200\], the input is \[224, 224"),
        (IMAGES, "  crop: 224\n", "", r"n\.yaml:3:9: .*without crop"),
        (IMAGES, "scale: 1", "scale: [1, 2]", r"n\.yaml:7:10: .*2 numbers for 3 channels"),
        (IMAGES, "scale: 1", "scale: one", "a number, or a list with one a channel"),
        (IMAGES, "BGR", "grey", r"n\.yaml:5:13: .*grey has 1, the input 3"),
        (IMAGES, "./val/labels.csv", "/etc/passwd", r"n\.yaml:8:9: .*beside this file"),
        (IMAGES, "./val/labels.csv", "./../x", "beside this file"),
        (IMAGES, "top1", "sqnr", r"n\.yaml:9:9: .*needs golden outputs"),
        (IMAGES, "0.56", "56", r"n\.yaml:10:12: tolerance: of top1 lies in 0\.\.1"),
        (IMAGES, "labels: ./val/labels.csv\n", "", "either golden"),
        (ARRAYS, "metric: sqnr", "metric: sqnr\nlabels: ./v", r"n\.yaml:7:9: labels: give either"),
        (ARRAYS, "x.npy", "x.txt", r"n\.yaml:5:17: .*of no known kind"),
        (ARRAYS, "./data/x.npy", "~/x.npy", "no file beside this one"),
        (ARRAYS, ", output: ./data/y.raw", "", r"n\.yaml:5:9: golden\.output: this key is missing"),
        (ARRAYS, "uint8", "int32", r"n\.yaml:4:10: .*known"),
        (ARRAYS, "metric: sqnr", "metric: sqnr\npreprocessing: {size: 28}", "leave this out"),
        (ARRAYS, "[1, 28, 28, 1]", "[1, 784]", r"n\.yaml:3:11: .*has none"),
    ],
)
def test_each_fault_has_its_position_and_its_words(
    text: str, old: str, new: str, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        read(changed(text, old, new))


def test_images_without_preprocessing() -> None:
    text = changed(ARRAYS, "golden: {input: ./data/x.npy, output: ./data/y.raw}", "labels: ./val")
    with pytest.raises(ConfigError, match=r"n\.yaml:5:9: labels: images need preprocessing"):
        read(changed(text, "metric: sqnr\ntolerance: 40", "metric: top1"))


KEYS = ["inputs", "shape", "layout", "dtype", "preprocessing", "size", "crop", "mean", "scale"]
KEYS += ["channels", "golden", "input", "output", "labels", "metric", "tolerance", "x"]
WORDS = ["NCHW", "RGB", "grey", "top1", "./x.npy", "", 0, 1, -1, 3, 224, 10**17, 1.5, None, True]
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(WORDS),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.sampled_from(KEYS), inner, max_size=5)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(VALUES)
def test_any_document_is_a_sidecar_or_an_error_with_a_position(value: object) -> None:
    with contextlib.suppress(ConfigError):
        read(json.dumps(value))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(KEYS), VALUES)
def test_any_change_of_one_key(key: str, value: object) -> None:
    whole: dict[str, Any] = {
        "inputs": {"shape": [1, 3, 8, 8], "layout": "NCHW"},
        "preprocessing": {"size": [8, 8]},
        "labels": "./v",
        "metric": "top1",
    }
    for inner in (whole, whole["inputs"], whole["preprocessing"]):
        before = dict(inner)
        inner[key] = value
        with contextlib.suppress(ConfigError):
            read(json.dumps(whole))
        inner.clear()
        inner.update(before)
