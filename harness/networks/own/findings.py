"""What is said of a network by `networks check`: where imports and plans differ, what schemes cost.

Each comparison of `check` becomes a line; who takes a network is not asked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.own.network import OwnNetwork
    from harness.networks.preparing.network import Network

    Floats = NDArray[np.float32]

_FEW = 4


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line; `ok` None says that it could not be found out, or is no question of right."""

    what: str
    ok: bool | None
    words: str

    @property
    def verdict(self) -> str:
        """`yes`, `no` or `-`."""
        return "-" if self.ok is None else "yes" if self.ok else "no"


def layers_of_file(network: OwnNetwork) -> Iterator[Line]:
    """Yield whether the import computes what onnxruntime does, and each plan what the model does.

    Then what each scheme costs.
    """
    from harness.networks.own.check import against_onnxruntime

    inputs = network.inputs()
    if network.onnx_file is not None:
        found = against_onnxruntime(network.onnx_file, inputs.maps[0])
        words = f"{found.compared} values compared"
        if found.name:
            words = f"first at {found.name!r}, {found.words}"
        yield Line(what="import = onnxruntime", ok=not found.name, words=words)
    maps = inputs.maps[:_FEW]
    truth = network.truth(maps)
    yield from _schemes(network, maps, truth, inputs.words)
    if network.sidecar is not None:
        yield from _asked(network)


def layers_of_known(name: str, network: Network) -> Iterator[Line]:
    """Yield the same of a reference network, against its fp32 form where it has one."""
    import numpy as np

    from harness.networks.zoo import registry

    schemes = network.schemes
    if "onnx" in schemes.get("fp32", ()):
        made = registry.prepare(name, "fp32", _FEW, form="onnx")
        images = np.frombuffer(made.input, "<f4").reshape(made.input_shape)
        maps = np.ascontiguousarray(images.transpose(0, 2, 3, 1))
        truth = np.frombuffer(made.expected, "<f4").reshape(_FEW, -1)
        yield from _schemes(network, maps, truth, made.label or "seeded")
        return
    scheme = registry.with_plan(name)
    made = registry.prepare(name, scheme, form="plan")
    maps = np.frombuffer(made.input, "<f4").reshape(made.input_shape)
    yield from _schemes(network, maps, None, made.label or "seeded")


def _schemes(network: Network, maps: Floats, truth: Floats | None, words: str) -> Iterator[Line]:
    from harness.networks.lowering.lower import lower
    from harness.networks.own.check import against_model, cost, plan_rows

    for scheme, forms in network.schemes.items():
        if "plan" not in forms:
            continue
        model = network.model(scheme)
        lowered = lower(model)
        found = against_model(lowered, model, maps[0])
        said = f"{found.compared} values compared"
        if found.name:
            said = f"first at {found.name!r}, {found.words}"
        yield Line(what=f"plan {scheme} = model", ok=not found.name, words=said)
        if truth is None:
            continue
        price = cost(truth, plan_rows(lowered, maps))
        noise = "none" if price.sqnr_db is None else f"{price.sqnr_db:.1f} dB"
        yield Line(
            what=f"{scheme} costs",
            ok=None,
            words=f"SQNR {noise}, largest difference {price.max_abs:.3g}, same class "
            f"{price.agreement:.0%} of {price.n} ({words})",
        )


def _asked(network: OwnNetwork) -> Iterator[Line]:
    """Whether each scheme meets the sidecar."""
    from harness.networks.own.score import score

    asked, inputs = network.sidecar, network.inputs()
    if asked is None:
        return
    for scheme, forms in network.schemes.items():
        if network.is_shortened(scheme, forms[0]):
            continue
        if scheme == network.given_scheme and network.is_float:
            made = network.truth(inputs.maps)
        else:
            made = network.form(scheme, forms[0], inputs.maps[:1]).rows(inputs.maps)
        found = score(made, inputs, asked)
        value = "exact" if found.value is None else f"{found.value:.6g}"
        limit = "" if asked.tolerance is None else f", asked for is {asked.tolerance:g}"
        words = f"{found.metric} {value} over {found.n}{limit}"
        ok = None if asked.tolerance is None else found.meets(asked.tolerance)
        yield Line(what=f"{scheme} = sidecar", ok=ok, words=words)
