from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import harness.networks
from harness.errors import NetworkError
from harness.networks.preparing.prepared import Prepared
from harness.networks.sources import cache, fetch, photos, weights
from harness.networks.zoo import registry
from harness.networks.zoo.photo_network import PhotoNetwork
from harness.networks.zoo.photo_networks import SQUEEZENET1_1

ROOM = Path(harness.networks.__path__[0])

_MADE = Prepared(
    name="squeezenet1_1",
    scheme="fp32",
    batch=1,
    onnx=b"model",
    plan=None,
    input=b"",
    input_shape=(),
    expected=b"",
    tolerance_ppm=1,
    weights="seeded",
    sha256="",
    macs_by_precision={},
    check_kind="controller-seeded",
)


def test_unknown_names_are_errors_that_list_the_known_ones() -> None:
    with pytest.raises(NetworkError, match="squeezenet1_1"):
        registry.find("squeezenet", "fp32")
    with pytest.raises(NetworkError, match="its schemes: w1a1"):
        registry.find("binarized_resnet18", "fp32")


@pytest.mark.parametrize("name", registry.NETWORKS)
def test_every_network_says_its_schemes_and_forms(name: str) -> None:
    network = registry.NETWORKS[name]
    assert network.shape
    for forms in network.schemes.values():
        assert set(forms) <= {"plan", "onnx"}


@pytest.mark.parametrize(
    ("name", "scheme", "batch"),
    [("binarized_resnet18", "w1a1", 8), ("squeezenet1_1", "fp32", 0)],
)
def test_a_batch_that_cannot_be_is_refused(name: str, scheme: str, batch: int) -> None:
    with pytest.raises(NetworkError, match="batch"):
        registry.prepare(name, scheme, batch)


def test_a_second_call_reads_the_cache(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = registry.prepare("squeezenet1_1", "fp32", 1, input_seed=3)
    assert made.weights == "seeded"
    assert made.label == ""

    def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(PhotoNetwork, "make", never)
    assert registry.prepare("squeezenet1_1", "fp32", 1, input_seed=3) == made


def test_preparing_downloads_nothing(empty_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fails() -> str:
        asked.append(1)
        return "no network"

    monkeypatch.setattr(weights, "try_fetch", fails)
    monkeypatch.setattr(PhotoNetwork, "make", lambda *_, **__: _MADE)
    assert registry.prepare("squeezenet1_1", "fp32") == _MADE
    assert not asked


def test_settling_tells_the_reason_and_leaves_others_alone(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fails() -> bytes:
        asked.append(1)
        raise NetworkError("no network")

    monkeypatch.setattr(fetch, "fetch_pickle", fails)
    said: list[str] = []
    names = ["squeezenet1_1", "binarized_resnet18", "./own.onnx", "squeezenet1_1"]
    assert registry.settle(names, say=said.append) == {"squeezenet1_1": "no network"}
    assert registry.settle(["squeezenet1_1"], say=said.append) == {"squeezenet1_1": "no network"}
    assert asked == [1]
    assert "squeezenet1_1: fetching" in said[0]
    assert SQUEEZENET1_1.weights_at_hand() == "seeded"
    assert registry.settle(["binarized_resnet18"], say=pytest.fail) == {}


@pytest.mark.weights
def test_settling_replaces_a_damaged_file_before_the_plan_is_made(
    trained: weights.Weights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = cache.cache_root() / "weights" / "squeezenet1_1.npz"
    path = tmp_path / "weights" / "squeezenet1_1.npz"
    path.parent.mkdir()
    path.write_bytes(whole.read_bytes()[:-1000])
    data = whole.read_bytes()
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    # the download alone is left out: what it brings is a test of `fetch`
    monkeypatch.setattr(weights, "fetch_trained", lambda: cache.keep(path, data))
    said: list[str] = []
    assert registry.settle(["squeezenet1_1"], say=said.append) == {"squeezenet1_1": ""}
    assert len(said) == 1
    assert SQUEEZENET1_1.weights_at_hand() == "trained"
    assert registry.settle(["squeezenet1_1"], say=pytest.fail) == {"squeezenet1_1": ""}


def test_seeds_repeat_and_photos_need_none(
    empty_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def make(*_: object, input_seed: int) -> Prepared:
        seen.append(input_seed)
        return _MADE

    monkeypatch.setattr(PhotoNetwork, "make", make)
    registry.prepare("squeezenet1_1", "fp32", input_seed=registry.INPUTS + 3)
    monkeypatch.setattr(photos, "available", lambda: False)
    registry.prepare("squeezenet1_1", "fp32", input_seed=registry.INPUTS + 3)
    registry.prepare("squeezenet1_1", "fp32", input_seed=3)
    assert seen == [0, 3]


def test_reading_the_cache_imports_nothing_heavy() -> None:
    registry.prepare("binarized_resnet18", "w1a1", input_seed=3)
    code = (
        "import sys; from harness.networks.zoo import registry;"
        "registry.prepare('binarized_resnet18', 'w1a1', input_seed=3);"
        "print(*sorted({'numpy', 'onnx', 'onnxruntime', 'skimage', 'PIL'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_key_knows_the_files_of_the_whole_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = registry._code.__wrapped__
    assert registry.__file__ == str(ROOM / "zoo" / "registry.py")
    monkeypatch.setattr(registry, "__file__", str(tmp_path / "zoo" / "registry.py"))
    plans, models = tmp_path / "plans", tmp_path / "models"
    plans.mkdir()
    models.mkdir()
    keys = []
    for text in ("a = 1\n", "a = 2\n"):
        (plans / "a.py").write_text(text)
        keys.append(code())
    (plans / "a.py").rename(models / "a.py")  # the same file elsewhere is another room
    assert len({*keys, code()}) == 3
