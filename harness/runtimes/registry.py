"""The runtimes there are, by the name a suite uses; one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import ConfigError
from harness.records.external import external_name
from harness.runtimes import external, litert, native, ncnn, onnxruntime, openvino, tensorrt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.runtimes.base import Runtime

RUNTIMES: Mapping[str, Runtime] = {
    native.NAME: native,
    onnxruntime.NAME: onnxruntime,
    ncnn.NAME: ncnn,
    openvino.NAME: openvino,
    litert.NAME: litert,
    external.NAME: external,
    tensorrt.NAME: tensorrt,
}


def taking(forms: Iterable[str], scheme: str) -> tuple[str, ...]:
    """Return the runtimes that take networks of a scheme in one of these forms (plan, onnx)."""
    offered = set(forms)
    return tuple(
        name
        for name, runtime in RUNTIMES.items()
        if offered & set(runtime.FORMS) and (not runtime.SCHEMES or scheme in runtime.SCHEMES)
    )


def form_for(runtime: str, forms: Iterable[str]) -> str:
    """Return the form among `forms` that the runtime takes; ConfigError when there is none."""
    offered = tuple(forms)
    for form in find(runtime).FORMS:
        if form in offered:
            return form
    raise ConfigError(f"{runtime} takes none of the forms {', '.join(offered)}")


def find(name: str) -> Runtime:
    """Return the runtime called `name`; ConfigError lists the known ones."""
    name = external.NAME if external_name(name) else name
    if name not in RUNTIMES:
        raise ConfigError(
            f"unknown runtime {name!r}", do=f"known runtimes: {', '.join(sorted(RUNTIMES))}"
        )
    return RUNTIMES[name]
