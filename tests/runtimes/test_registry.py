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
    assert bool(runtime.MODULE) == bool(runtime.INTERPRETERS)


@pytest.mark.parametrize(("form", "name"), [("onnx", "onnxruntime"), ("plan", "native")])
def test_a_form_is_taken_by_the_runtimes_that_say_so(form: str, name: str) -> None:
    assert name in registry.taking(form)
    assert all(form in registry.find(one).FORMS for one in registry.taking(form))


def test_an_unknown_form_is_taken_by_none() -> None:
    assert registry.taking("tflite") == ()


def test_an_unknown_runtime_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"known runtimes: .*native"):
        registry.find("no_such")
