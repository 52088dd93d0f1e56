"""A file of the user's as a network: schemes, names, inputs, what must come out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from harness.errors import ConfigError, NetworkError
from harness.networks.lowering.lower import lower
from harness.networks.own import OwnNetwork
from harness.networks.own.check import against_model, against_onnxruntime
from harness.networks.own.layout import laid_out, maps_of
from harness.networks.own.truth import OnnxFile
from harness.networks.plans.plan import read_plan
from harness.networks.plans.reference import run_reference
from harness.networks.preparing.prepared import Prepared
from harness.networks.zoo import registry
from tests.networks import owned

LCE = Path(__file__).parents[1] / "importing" / "import_lce" / "data" / "recorded_bireal.tflite"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    return tmp_path


def prepared(path: Path, scheme: str, form: str, batch: int = 1) -> Prepared:
    own = OwnNetwork(path)
    return registry.prepare(own.name, scheme, batch, form=form, among={own.name: own})


def test_a_float_file_gets_all_schemes_and_a_name_by_content(folder: Path) -> None:
    own = OwnNetwork(owned.write(folder))
    assert set(own.schemes) == {"fp32", "fp16", "bf16", "w8a8", "w4a8"}
    assert set(own.schemes["fp32"]) == {"onnx", "plan"}
    assert own.name.startswith("mine-")
    assert own.shape == "3x12x12"
    other = OwnNetwork(owned.write(folder, seed=2))
    assert other.name != own.name
    same = OwnNetwork(owned.write(folder))
    assert same.name == own.name


def test_names_fit_into_a_plan_whatever_the_file_is_called(folder: Path) -> None:
    own = OwnNetwork(owned.write(folder, f"my n\u00e9t {'x' * 80}.onnx"))
    assert own.name.isascii()
    assert len(own.name) <= 32
    assert " " not in own.name


@pytest.mark.parametrize("scheme", ["fp32", "w8a8", "w4a8"])
def test_a_plan_gives_what_it_promises(folder: Path, scheme: str) -> None:
    made = prepared(owned.write(folder), scheme, "plan")
    assert made.plan is not None
    output = np.frombuffer(run_reference(read_plan(made.plan), made.input), "<f4")
    expected = np.frombuffer(made.expected, "<f4")
    limit = made.tolerance_ppm * 1e-6 * float(np.abs(expected).max())
    assert float(np.abs(output - expected).max()) <= limit
    assert made.label == "input: seeded noise"
    assert made.weights == "trained"
    if scheme == "fp32":
        assert made.accuracy_value is None
    else:
        assert (made.tolerance_ppm, made.check_kind) == (0, "controller-exact")
        assert (made.accuracy_metric, made.accuracy_n) == ("sqnr", 16)
        assert made.accuracy_value is not None
        assert made.accuracy_value > 15


def test_the_file_itself_is_what_onnxruntime_gets(folder: Path) -> None:
    path = owned.write(folder)
    made = prepared(path, "fp32", "onnx")
    assert made.onnx == path.read_bytes()
    assert made.input_shape == (1, 3, 12, 12)


def test_of_floats_that_a_runtime_shortens_nothing_is_said(folder: Path) -> None:
    path = owned.write(folder)
    owned.write_golden(path)
    made = prepared(path, "fp16", "onnx")
    assert (made.accuracy_value, made.accuracy_sqnr_db) == (None, None)
    assert prepared(path, "fp16", "plan").accuracy_value is not None


def test_a_batch_is_another_file_with_several_inputs(folder: Path) -> None:
    path = owned.write(folder)
    one, three = (prepared(path, "fp32", "onnx", batch) for batch in (1, 3))
    assert three.input_shape == (3, 3, 12, 12)
    assert three.onnx != one.onnx
    assert three.macs_by_precision == {"fp32": 3 * one.macs_by_precision["fp32"]}
    first = np.frombuffer(three.expected, "<f4")[:5]
    assert np.allclose(first, np.frombuffer(one.expected, "<f4"), rtol=1e-4)


def test_a_quantised_file_has_its_own_scheme_only(folder: Path) -> None:
    own = OwnNetwork(owned.write_quantised(folder))
    assert dict(own.schemes) == {"w8a8": ("plan", "onnx")}
    plan, onnx = (prepared(own.path, "w8a8", form) for form in ("plan", "onnx"))
    assert onnx.onnx == own.path.read_bytes()
    ours, theirs = (np.frombuffer(made.expected, "<f4") for made in (plan, onnx))
    assert float(np.abs(ours - theirs).max()) < 0.05 * float(np.abs(theirs).max())


def test_a_binarised_file_of_larq(folder: Path) -> None:
    path = folder / "bireal.tflite"
    path.write_bytes(LCE.read_bytes())
    own = OwnNetwork(path)
    assert dict(own.schemes) == {"w1a1": ("plan",)}
    made = prepared(path, "w1a1", "plan")
    assert made.macs_by_precision["w1a1"] > 0


def test_a_golden_output_is_what_must_come_out(folder: Path) -> None:
    path = owned.write(folder)
    owned.write_golden(path, tolerance=0.01, off=0.004)
    made = prepared(path, "fp32", "plan")
    golden = np.load(folder / "y.npy").ravel()
    assert made.check_kind == "controller-golden"
    assert np.array_equal(np.frombuffer(made.expected, "<f4"), golden)
    assert made.tolerance_ppm == pytest.approx(0.01 / np.abs(golden).max() * 1e6, abs=1.5)
    given = np.frombuffer(made.input, "<f4").reshape(made.input_shape)
    assert np.array_equal(given.transpose(0, 3, 1, 2), owned.golden_input())
    assert (made.accuracy_metric, made.accuracy_n) == ("max_abs", 1)
    assert made.accuracy_value == pytest.approx(0.004, rel=0.01)
    rough = prepared(path, "w8a8", "plan")
    assert rough.check_kind == "controller-exact"
    assert rough.accuracy_value is not None
    assert made.accuracy_value is not None
    assert rough.accuracy_value > made.accuracy_value
    assert rough.accuracy_sqnr_db is not None


def test_a_golden_output_that_is_missed_is_said(folder: Path) -> None:
    path = owned.write(folder)
    owned.write_golden(path, tolerance=0.01, off=0.5)
    with pytest.raises(NetworkError, match=r"max_abs is 0\.5.*asked for is 0\.01"):
        prepared(path, "fp32", "onnx")


def test_another_golden_file_is_another_prepared_network(folder: Path) -> None:
    path = owned.write(folder)
    owned.write_golden(path, off=0.0)
    first = OwnNetwork(path).state()
    owned.write_golden(path, off=0.001)
    assert OwnNetwork(path).state() != first


def test_labelled_images_give_top1(folder: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    path = owned.write(folder)
    random = np.random.default_rng(3)
    for label in ("0", "1", "4"):
        (folder / "images" / label).mkdir(parents=True)
        for number in range(2):
            pixels = random.integers(0, 256, (12, 12, 3), dtype=np.uint8)
            image.fromarray(pixels).save(folder / "images" / label / f"{number}.png")
    path.with_suffix(".yaml").write_text(owned.IMAGES, encoding="utf-8")
    own = OwnNetwork(path)
    inputs = own.inputs()
    assert inputs.labels == (0, 0, 1, 1, 4, 4)
    assert inputs.maps.shape == (6, 12, 12, 3)
    made = prepared(path, "w8a8", "plan")
    right = own.truth(inputs.maps).argmax(axis=1) == np.array(inputs.labels)
    assert (made.accuracy_metric, made.accuracy_n) == ("top1", 6)
    assert prepared(path, "fp32", "onnx").accuracy_value == pytest.approx(right.mean())
    assert made.labels


def test_a_list_of_images_names_none_elsewhere(folder: Path) -> None:
    path = owned.write(folder)
    text = owned.IMAGES.replace("./images", "./list.csv")
    path.with_suffix(".yaml").write_text(text, encoding="utf-8")
    (folder / "list.csv").write_text("image,class\n../secret.png,1\n", encoding="utf-8")
    with pytest.raises(NetworkError, match="beside this list") as caught:
        OwnNetwork(path).inputs()
    assert caught.value.where.endswith("list.csv:2")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("[1, 3, 12, 12]", "[1, 3, 8, 8]"), "the network reads 12x12x3"),
        (("./y.npy", "./x.npy"), "holds 432 numbers, the network has 5"),
        (("./x.npy", "./no.npy"), "cannot be read"),
    ],
)
def test_a_sidecar_of_another_network_is_refused(
    folder: Path, change: tuple[str, str], words: str
) -> None:
    path = owned.write(folder)
    owned.write_golden(path)
    sidecar = path.with_suffix(".yaml")
    sidecar.write_text(sidecar.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(NetworkError, match=words):
        OwnNetwork(path).inputs()


def test_faults_of_a_sidecar_have_a_place(folder: Path) -> None:
    path = owned.write(folder)
    path.with_suffix(".yaml").write_text("inputs: {shap: [1, 3]}\nmetric: top1\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"mine\.yaml:1:\d+"):
        OwnNetwork(path).uses_seed()


def test_what_is_no_network_is_refused(folder: Path) -> None:
    (folder / "a.onnx").write_bytes(b"text")
    (folder / "a.txt").write_bytes(b"text")
    with pytest.raises(NetworkError, match="no ONNX file"):
        _ = OwnNetwork(folder / "a.onnx").schemes
    with pytest.raises(NetworkError, match="no network that can be read"):
        _ = OwnNetwork(folder / "a.txt").file
    with pytest.raises(NetworkError, match="cannot be read: No such file"):
        _ = OwnNetwork(folder / "b.onnx").file
    tampered = owned.write_unknown(folder).read_bytes().replace(b"Sigmoid", b"Segmoid")
    (folder / "c.onnx").write_bytes(tampered)
    with pytest.raises(NetworkError, match=r"'the end' \(Segmoid"):
        _ = OwnNetwork(folder / "c.onnx").schemes


def test_what_only_onnxruntime_takes_has_its_onnx_form(folder: Path) -> None:
    own = OwnNetwork(owned.write_unknown(folder))
    assert "'the end' (Sigmoid" in str(own.unread)
    assert own.schemes == {"fp32": ("onnx",)}
    assert own.shape == "3x12x12"
    assert own.batch_fault("onnx", 2)
    made = own.make("fp32", "onnx", 1, input_seed=1)
    assert made.onnx == own.file.data
    values = np.frombuffer(made.expected, "<f4")
    assert values.shape == (5,)
    assert values.min() >= 0  # they went through the sigmoid
    assert values.max() <= 1
    assert made.macs_by_precision == {}


def test_an_outline_needs_one_input_of_fixed_size(folder: Path) -> None:
    path = owned.write_unknown(folder)
    loaded = onnx.load_from_string(path.read_bytes())
    loaded.graph.input[0].type.tensor_type.shape.dim[2].dim_param = "side"
    path.write_bytes(loaded.SerializeToString())
    with pytest.raises(NetworkError, match=r"its input is 1x3x\?x12"):
        _ = OwnNetwork(path).schemes


def test_an_import_that_differs_is_found_at_its_layer(folder: Path) -> None:
    right, wrong = owned.write(folder), owned.write(folder, "other.onnx", seed=2)
    image = owned.golden_input()[0].transpose(1, 2, 0)
    fine = against_onnxruntime(OnnxFile(right.read_bytes(), OwnNetwork(right).source), image)
    assert (fine.name, fine.compared) == ("", 7)
    mixed = OnnxFile(wrong.read_bytes(), OwnNetwork(right).source)
    assert against_onnxruntime(mixed, image).name == "conv0.out"


@pytest.mark.parametrize("layout", ["n c h w", "n h w c", "n chw", "n hwc"])
def test_layouts_there_and_back(layout: str) -> None:
    maps = np.arange(2 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 4, 5)
    assert np.array_equal(maps_of(laid_out(maps, layout), layout, (3, 4, 5)), maps)


def test_a_plan_of_another_network_is_found_at_its_layer(folder: Path) -> None:
    right, wrong = owned.float_model(), owned.float_model(2)
    image = owned.golden_input()[0].transpose(1, 2, 0)
    fine = against_model(lower(right), right, image)
    assert (fine.name, fine.compared) == ("", 6)
    first = against_model(lower(wrong), right, image)
    assert (first.name, first.compared) == ("clip1.out", 2)
