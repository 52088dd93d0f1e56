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


def test_an_unknown_runtime_names_the_known_ones() -> None:
    with pytest.raises(ConfigError, match="known runtimes: native, onnxruntime"):
        registry.find("tflite")
