"""The runtimes there are, by the name a suite uses; one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import ConfigError
from harness.runtimes import native, onnxruntime_cpu

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.runtimes.base import Runtime

RUNTIMES: Mapping[str, Runtime] = {
    native.NAME: native,
    onnxruntime_cpu.NAME: onnxruntime_cpu,
}


def taking(form: str) -> tuple[str, ...]:
    """Return the runtimes that take networks prepared in this form (`onnx`, `plan`)."""
    return tuple(name for name, runtime in RUNTIMES.items() if form in runtime.FORMS)


def find(name: str) -> Runtime:
    """Return the runtime called `name`; ConfigError lists the known ones."""
    if name not in RUNTIMES:
        raise ConfigError(
            f"unknown runtime {name!r}", do=f"known runtimes: {', '.join(sorted(RUNTIMES))}"
        )
    return RUNTIMES[name]
