from __future__ import annotations

import pytest

from harness.errors import ConfigError
from harness.runtimes import registry


@pytest.mark.parametrize("name", registry.RUNTIMES)
def test_a_runtime_bears_the_name_it_is_found_by(name: str) -> None:
    runtime = registry.find(name)
    assert name == runtime.NAME
    assert runtime.KINDS
    assert runtime.DEVICES
    assert set(runtime.FORMS) <= {"onnx", "plan"}
    assert bool(runtime.FORMS) == ("network" in runtime.KINDS)
    assert not runtime.CONVERTED or runtime.FORMS == ("onnx",)
    assert set(runtime.SCENARIOS) <= {"latency", "throughput"}
    assert not runtime.INFLIGHT or "throughput" in runtime.SCENARIOS


@pytest.mark.parametrize(("form", "name"), [("onnx", "onnxruntime"), ("plan", "native")])
def test_a_form_is_taken_by_the_runtimes_that_say_so(form: str, name: str) -> None:
    assert name in registry.taking((form,), "fp32")
    assert all(form in registry.find(one).FORMS for one in registry.taking((form,), "fp32"))


def test_a_scheme_is_taken_by_the_runtimes_that_know_it() -> None:
    assert {"onnxruntime", "openvino"} <= set(registry.taking(("onnx",), "w8a8"))
    assert not {"ncnn", "litert"} & set(registry.taking(("onnx",), "w8a8"))


def test_the_form_for_a_runtime_is_one_that_it_takes() -> None:
    assert registry.form_for("native", ("onnx", "plan")) == "plan"
    with pytest.raises(ConfigError, match="takes none of the forms plan"):
        registry.form_for("ncnn", ("plan",))


def test_an_unknown_form_is_taken_by_none() -> None:
    assert registry.taking(("tflite",), "fp32") == ()


def test_an_unknown_runtime_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"known runtimes: .*litert, native"):
        registry.find("no_such")
