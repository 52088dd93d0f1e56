"""Who takes a network: what each runtime says of it, as lines of `harness networks check`."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.own.findings import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.networks.own import OwnNetwork
    from harness.networks.preparing.network import Network


def runtimes_of_file(network: OwnNetwork) -> Iterator[Line]:
    """Yield what each runtime says of a file, also of one that cannot be imported."""
    from harness.networks.own.truth import load_fault

    unread = fault = import_fault(network)
    if not fault and isinstance(network.lowered, NetworkError):
        fault = _said(network.lowered)
    yield Line(what="native", ok=not fault, words=fault or "has a plan")
    if network.file.kind == "onnx":
        fault = load_fault(network.file.data)
        yield Line(what="onnxruntime", ok=not fault, words=fault or "loads the file")
        onnx: bytes | None = network.file.data
    else:
        onnx = None if unread else network.fp32_file()
        words = "gets the network written as ONNX" if onnx else "there is no ONNX form of it"
        yield Line(what="onnxruntime", ok=onnx is not None, words=words)
    yield from _converted(network.file.data if unread and onnx else _fp32(network, unread))
    yield _openvino(onnx)
    yield Line(what="tensorrt", ok=None, words="not tried: its trtexec is on Jetson boards")


def runtimes_of_known(network: Network) -> Iterator[Line]:
    """Yield which runtimes a reference network is for, by its forms."""
    from harness.runtimes.registry import RUNTIMES, taking

    takers: dict[str, list[str]] = {}
    for scheme, forms in network.schemes.items():
        for name in taking(forms, scheme):
            takers.setdefault(name, []).append(scheme)
    for name in RUNTIMES:
        if name != "external":
            schemes = ", ".join(takers.get(name, ()))
            yield Line(what=name, ok=bool(schemes), words=schemes or "no scheme it has a form for")


def _fp32(network: OwnNetwork, unread: str) -> bytes | None:
    return None if unread else network.fp32_file()


def import_fault(network: OwnNetwork) -> str:
    """Return why a file cannot be imported, "" when it can."""
    return "" if network.unread is None else _said(network.unread)


def _said(error: NetworkError) -> str:
    return error.what if not error.do else f"{error.what} ({error.do})"


def _converted(onnx: bytes | None) -> Iterator[Line]:
    from harness.networks.convert.forms import converted

    for name, form in (("ncnn", "ncnn"), ("litert", "tflite")):
        if onnx is None:
            yield Line(what=name, ok=False, words="there is no fp32 ONNX form to convert")
            continue
        try:
            converted(onnx, form)
        except NetworkError as error:
            yield Line(what=name, ok=False, words=_said(error))
        else:
            yield Line(what=name, ok=True, words="gets the network written in its form")


def _openvino(onnx: bytes | None) -> Line:
    if onnx is None:
        return Line(what="openvino", ok=False, words="there is no ONNX form of it")
    if importlib.util.find_spec("openvino") is None:
        words = "not tried: pip install 'lowbit-edge-harness[openvino]'"
        return Line(what="openvino", ok=None, words=words)
    import openvino

    try:
        openvino.Core().read_model(onnx)
    except Exception as error:  # noqa: BLE001 - its errors share no class
        said = (str(error).strip().splitlines() or ["it does not say why"])[0][:200]
        return Line(what="openvino", ok=False, words=said)
    return Line(what="openvino", ok=True, words="loads the file")
