"""The forms of a float network: ONNX for the runtimes, a plan for our runner, at each scheme.

ONNX at fp32 and, quantised by onnxruntime's own tool, at w8a8; a plan at fp32, fp16, w8a8 and w4a8,
quantised by us from the same calibration inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from harness.networks.preparing.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.models.model import Model
    from harness.records.layers import LayerInfo

    Images = NDArray[np.float32]

# onnxruntime rounds 8-bit sums differently from board to board; of floats only the order differs
_ONNX_PPM = {"fp32": 1_000, "fp16": 20_000, "bf16": 50_000, "w8a8": 50_000}
# a runtime makes shorter floats of the fp32 file itself
AS_FLOATS = ("fp32", "fp16", "bf16")
_FLOAT_PPM, _HALF_PPM = 100, 20_000


@dataclass(frozen=True, kw_only=True)
class Made:
    """One form at one scheme: the file, an input in its layout, the output it must give.

    `run` gives the output [n, ...] for images [n, c, h, w], for figures about accuracy.
    """

    file: bytes
    input: Images
    output: Images
    tolerance_ppm: int
    macs: Mapping[str, int]
    run: Callable[[Images], Images]
    layers: tuple[LayerInfo, ...] = ()  # of a plan

    def prepared(
        self, *, name: str, scheme: str, form: str, batch: int, weights: str, check_kind: str
    ) -> Prepared:
        """Return it as what a board needs; what its outputs are worth is for the caller to add.

        `check_kind` is that of outputs which need not be met bit for bit.
        """
        return Prepared(
            name=name,
            scheme=scheme,
            batch=batch,
            onnx=self.file if form == "onnx" else None,
            plan=self.file if form == "plan" else None,
            input=self.input.astype("<f4").tobytes(),
            input_shape=tuple(self.input.shape),
            expected=self.output.astype("<f4").tobytes(),
            tolerance_ppm=self.tolerance_ppm,
            weights=weights,
            sha256=sha256(self.file).hexdigest(),
            macs_by_precision={p: n * batch for p, n in self.macs.items()},
            layers=self.layers,
            check_kind="controller-exact" if self.tolerance_ppm == 0 else check_kind,
        )


@dataclass(frozen=True)
class FloatForms:
    """Makes the forms of `model`; `calibration` gives images [n, c, h, w]."""

    model: Model
    calibration: Callable[[], Images]
    dual: bool = False  # w4a8: two addends of 4 bits per weight

    @cached_property
    def _fp32(self) -> bytes:
        from harness.networks.models.fold import fold
        from harness.networks.preparing.export_onnx import export_onnx

        # batch norms in the weights, as every runtime would put them; not all readers know them
        return export_onnx(fold(self.model))

    def fp32(self, images: Images) -> Images:
        """Return the truth: onnxruntime's outputs at fp32."""
        from harness.networks.preparing import onnx_forms

        return onnx_forms.run(self._fp32, images, 1)

    def layers(self, scheme: str) -> Model:
        """Return the layers as the plan of this scheme has them."""
        from harness.networks.models.fold import fold

        folded = fold(self.model)
        if scheme == "fp32":
            return folded
        from harness.networks.quantising.annotate import annotate

        inputs = list(nhwc(self.calibration()))
        return annotate(folded, scheme, inputs, dual=self.dual and scheme == "w4a8")

    def onnx(self, scheme: str, images: Images) -> Made:
        """Return the network as ONNX for as many inputs as `images` has."""
        from harness.networks.lowering.count import products
        from harness.networks.preparing import onnx_forms

        batch = len(images)
        single = self._fp32
        if scheme not in AS_FLOATS:
            single = onnx_forms.quantise(self._fp32, self.calibration())
        file = onnx_forms.with_batch(single, batch)
        return Made(
            file=file,
            input=images,
            output=onnx_forms.run(file, images, batch),
            tolerance_ppm=_ONNX_PPM[scheme],
            macs={scheme: products(self.model)},
            run=lambda inputs: onnx_forms.run(single, inputs, 1),
        )

    def plan(self, scheme: str, images: Images) -> Made:
        """Return the plan; its output is onnxruntime's at fp32, else our reference's."""
        truth = self.fp32(images) if scheme == "fp32" else None
        return plan_of(self.layers(scheme), images, truth=truth)


def plan_of(layers: Model, images: Images, *, truth: Images | None = None) -> Made:
    """Return the plan of a model as it is, with inputs [n, c, h, w] and their outputs.

    `truth` is another program's output where ours depends on the order of sums.
    """
    from harness.networks.lowering.count import count
    from harness.networks.lowering.describe import describe
    from harness.networks.lowering.lower import lower
    from harness.networks.plans.known import is_exact, with_check
    from harness.networks.plans.plan import write_plan
    from harness.networks.preparing.truth import outputs

    lowered = lower(layers)
    network = lowered.network
    exact = is_exact(network)
    network = with_check(network) if exact else network
    given = nhwc(images)
    return Made(
        file=write_plan(network),
        input=given,
        output=outputs(network, given) if truth is None else truth,
        tolerance_ppm=0 if exact else _FLOAT_PPM if truth is not None else _HALF_PPM,
        macs=count(network).macs,
        run=lambda inputs: outputs(network, nhwc(inputs)),
        layers=describe(lowered),
    )


def nhwc(images: Images) -> Images:
    """Return [n, h, w, c] of [n, c, h, w]."""
    import numpy as np

    return np.ascontiguousarray(images.transpose(0, 2, 3, 1))
