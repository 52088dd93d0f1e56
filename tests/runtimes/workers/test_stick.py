"""OpenVINO's two older interfaces with a Neural Compute Stick: SYNTHETIC, no stick was there.

Modules written by hand stand for OpenVINO 2022.3 and 2021.4, with no more than what their
documentation promises. On a CPU both were tried with the real package (docs/RUNTIMES.md).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.runtimes.workers import rig

COMMON = """
import numpy as np
def double(given):
    return np.float16(given).astype(np.float32) * 2
"""
# properties are text, unknown ones are errors, the graph tells no precisions
V2022 = """
class Tensor:
    def __init__(self, data):
        self.data = data
class Request:
    def set_input_tensor(self, tensor):
        self.given = tensor
    def start_async(self):
        self.made = None
    def wait(self):
        self.made = Tensor(double(self.given.data))
    def get_output_tensor(self, index):
        return self.made
class Node:
    def get_rt_info(self):
        return {"layerType": "Convolution"}
class Compiled:
    def create_infer_request(self):
        return Request()
    def get_property(self, name):
        raise RuntimeError(name)
    def get_runtime_model(self):
        return self
    def get_ordered_ops(self):
        return [Node()]
class Core:
    available_devices = ["CPU", "MYRIAD"]
    def read_model(self, path):
        return path
    def get_property(self, device, name):
        assert (device, name) == ("MYRIAD", "SUPPORTED_PROPERTIES")
        return {"PERFORMANCE_HINT": "RW", "DEVICE_ID": "RW"}
    def compile_model(self, model, device, properties):
        assert device == "MYRIAD", device
        assert set(properties) <= {"PERFORMANCE_HINT"}, properties
        assert all(isinstance(value, str) for value in properties.values())
        return Compiled()
def get_version():
    return "2022.3.2"
"""
V2021 = """
__version__ = "2021.4.2"
class Blob:
    buffer = None
class Request:
    def __init__(self):
        self.output_blobs = {"y": Blob()}
    def async_infer(self, inputs):
        self.given = inputs["x"]
    def wait(self, milliseconds):
        self.output_blobs["y"].buffer = double(self.given)
        return 0
class Network:
    input_info = {"x": None}
    outputs = {"y": None}
    def __init__(self, count):
        self.requests = [Request() for _ in range(count)]
class IECore:
    available_devices = ["MYRIAD"]
    def read_network(self, model):
        return Network(0)
    def load_network(self, network, device, config, num_requests):
        assert (device, config) == ("MYRIAD", {}), (device, config)
        return Network(num_requests)
"""
GIVEN = np.linspace(-1, 1, 8, dtype="<f4").reshape(1, 8)


@pytest.fixture(params=["2022", "2021"])
def stick(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """An OpenVINO of that year is what the worker's interpreter loads."""
    year = str(request.param)
    name, text = {"2022": ("runtime", V2022), "2021": ("inference_engine", V2021)}[year]
    package = tmp_path / "packages" / "openvino"
    (package / name).mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / name / "__init__.py").write_text(COMMON + text)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "packages"))
    return year


@pytest.mark.parametrize("inflight", [1, 4])
def test_a_stick_computes_in_half_and_says_so(tmp_path: Path, stick: str, inflight: int) -> None:
    settings = {"device": "MYRIAD", "hint": "f32", "input_shape": [1, 8], "inflight": inflight}
    report = rig.account("openvino", rig.files(tmp_path, settings, GIVEN.tobytes(), b"onnx"))
    assert report.executed == "fp16"  # fp32 was asked for: V28
    assert report.of("runtime")[0][0].startswith(stick)
    for piece in (report.before, report.after):
        np.testing.assert_allclose(np.frombuffer(piece, "<f4"), GIVEN[0] * 2, rtol=1e-3)
