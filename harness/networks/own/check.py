"""`networks check`: an import against onnxruntime, plans against the model, what schemes cost.

Each comparison goes value by value in the network's order, so that the first one that differs is
named. Which of them counts as a failure is for the caller to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.networks.models.evaluate import evaluate
from harness.networks.models.fold import fold
from harness.networks.models.model import Conv, Dense, Quant, Sign
from harness.networks.own.layout import laid_out, rows
from harness.networks.own.score import sqnr_db

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.lowering.lower import Lowered
    from harness.networks.models.model import Model
    from harness.networks.own.truth import OnnxFile

    Floats = NDArray[np.float32]

# sums in another order; where integers are made of them, some come out one step beside
_FLOAT, _HALF, _STEPS_DB = 1e-3, 2e-2, 25.0
_LAYOUTS = ("n c h w", "n h w c")


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Of how many values were compared: the first that differs and by how much, or nothing."""

    compared: int
    name: str = ""
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a scheme does to the outputs of `n` inputs; `sqnr_db` None: nothing."""

    sqnr_db: float | None
    max_abs: float
    agreement: float
    n: int


def against_onnxruntime(file: OnnxFile, image: Floats) -> Difference:
    """Compare all values that model and file have in common for one input [h, w, c]."""
    import numpy as np

    model = file.model
    seen = _every_value(file, image)
    ours = evaluate(model, image)
    pairs = []
    for name, wanted in seen.items():
        if name not in ours or ours[name].size != wanted.size or wanted.dtype != np.float32:
            continue
        flat = wanted.reshape(1, -1)
        forms = [laid_out(ours[name][None], layout).reshape(1, -1) for layout in _LAYOUTS]
        near = min(forms, key=lambda made: float(np.abs(made - flat).max()))
        pairs.append((name, flat, near))
    order = {name: at for at, name in enumerate(model.shapes)}
    pairs.sort(key=lambda pair: order[pair[0]])
    return _first(pairs, _FLOAT, quantised=_is_quantised(model))


def against_model(lowered: Lowered, model: Model, image: Floats) -> Difference:
    """Compare what a plan stores, by the reference, with the model, for one input [h, w, c]."""
    from harness.networks.plans.reference import trace

    ours = evaluate(fold(model), image)
    stored = trace(lowered.network, image.astype("<f4").tobytes())
    pairs = []
    for name, meaning in lowered.values.items():
        if name not in ours or meaning.tensor not in stored:
            continue
        wanted = ours[name]
        held = stored[meaning.tensor][..., meaning.first : meaning.first + wanted.shape[2]]
        made = (held.astype("float64") - meaning.zero) * meaning.scale
        pairs.append((name, wanted.reshape(1, -1), made.astype("float32").reshape(1, -1)))
    order = {name: at for at, name in enumerate(ours)}
    pairs.sort(key=lambda pair: order[pair[0]])
    halves = any(isinstance(n, Conv | Dense) and n.weights.bits == 16 for n in model.nodes)
    return _first(pairs, _HALF if halves else _FLOAT, quantised=_is_quantised(model))


def cost(truth: Floats, made: Floats) -> Cost:
    """Return how outputs [n, values] differ from the true ones."""
    import numpy as np

    same = truth.argmax(axis=1) == made.argmax(axis=1)
    return Cost(
        sqnr_db=sqnr_db(truth, made),
        max_abs=float(np.abs(truth - made).max()),
        agreement=float(same.mean()),
        n=len(truth),
    )


def plan_rows(lowered: Lowered, maps: Floats) -> Floats:
    """Return a plan's outputs [n, values] by the reference."""
    from harness.networks.preparing.truth import outputs

    return rows(outputs(lowered.network, maps))


def _first(
    pairs: Iterable[tuple[str, Floats, Floats]], tolerance: float, *, quantised: bool
) -> Difference:
    """`tolerance` is relative to the largest value; quantised ones are judged by their SQNR."""
    import numpy as np

    compared = 0
    for name, wanted, made in pairs:
        compared += 1
        off = float(np.abs(wanted - made).max())
        most = tolerance * max(float(np.abs(wanted).max()), 1e-6)
        if off <= most:
            continue
        noise = sqnr_db(wanted, made)
        if quantised and noise is not None and noise >= _STEPS_DB:
            continue
        words = f"by {off:.3g} of at most {float(np.abs(wanted).max()):.3g}"
        return Difference(compared=compared, name=name, words=words)
    return Difference(compared=compared)


def _every_value(file: OnnxFile, image: Floats) -> Mapping[str, NDArray[Any]]:
    """Run the file as it is, nothing fused, with every value of the model that it knows."""
    import onnx
    import onnxruntime

    loaded = onnx.load_from_string(file.data)
    names = {name for node in loaded.graph.node for name in node.output if name}
    known = {one.name for one in loaded.graph.output}
    more = [name for name in file.model.shapes if name in names and name not in known]
    loaded.graph.output.extend(onnx.ValueInfoProto(name=name) for name in more)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        loaded.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    asked: Sequence[str] = [one.name for one in session.get_outputs()]
    made = session.run(asked, {session.get_inputs()[0].name: file.given(image[None])})
    return dict(zip(asked, made, strict=True))


def _is_quantised(model: Model) -> bool:
    return any(isinstance(node, Quant | Sign) for node in model.nodes)
