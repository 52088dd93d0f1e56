"""Decides how the values of a model are stored in a plan: type, and planes; writes no layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.errors import NetworkError
from harness.networks.lowering.fuse import Group, readers
from harness.networks.models.model import (
    AvgPool,
    Concat,
    Conv,
    Dense,
    MaxPool,
    Model,
    Node,
    Quant,
    Sign,
    Weights,
)
from harness.networks.models.shapes import is_square, overlaps
from harness.networks.plans.graph import Border, Encoding, TensorType

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.networks.lowering.fuse import Codes


class Form(NamedTuple):
    """A tensor's type; `planes` is 0 but for PLANES."""

    type: TensorType
    planes: int = 0


I8, F32, F16, BITS = (
    Form(kind) for kind in (TensorType.I8, TensorType.F32, TensorType.F16, TensorType.BITS)
)
_WIDTHS = {2: (1, 2), 3: (3,), 4: (4,), 8: (1, 2, 4, 8)}  # activation bits -> weight bits


def wanted_forms(model: Model, groups: Iterable[Group], coded: Codes) -> dict[str, set[Form]]:
    """Return in which forms each value is read; every value that is read has at least one."""
    read = readers(model)
    floats = _float_form(model)
    wanted: dict[str, set[Form]] = {name: set() for name in model.shapes}
    wanted[model.output].add(F32)
    steps: list[tuple[int, Group | Concat]] = [(g.position, g) for g in groups]
    steps += [(at, n) for at, n in enumerate(model.nodes) if isinstance(n, Concat)]
    for _, step in sorted(steps, key=lambda pair: pair[0], reverse=True):
        if isinstance(step, Concat):
            whole = wanted[step.output] or {_default(coded[step.output], floats)}
            wanted[step.output] = whole
            for name in step.inputs:
                wanted[name] |= joined_forms(coded[step.output], whole)
            continue
        if step.shortcut is not None:
            wanted[step.shortcut].add(F32 if coded[step.shortcut] is None else I8)
        form = _source_form(step, model, coded, wanted, read)
        if form is None and coded[step.source] is not None:
            form = I8
        if form is not None:
            wanted[step.source].add(form)
    for name, forms in wanted.items():
        if not forms:
            forms.add(_default(coded[name], floats))
    return wanted


def stored_form(code: Quant | Sign | None, forms: set[Form]) -> Form:
    """Return the form to make first; the others can be made of it."""
    if code is None:
        return F32 if F32 in forms else F16
    if isinstance(code, Sign):
        return BITS if BITS in forms else I8
    planes = next(iter(forms))
    return planes if planes.planes and len(forms) == 1 else I8


def joined_forms(code: Quant | Sign | None, forms: set[Form]) -> set[Form]:
    """Return the forms of a concatenation that its parts are written into."""
    if isinstance(code, Quant):
        return {I8}
    return forms if isinstance(code, Sign) else {stored_form(code, forms)}


def _float_form(model: Model) -> Form:
    halves = any(isinstance(n, Conv | Dense) and n.weights.bits == 16 for n in model.nodes)
    return F16 if halves else F32


def _default(code: Quant | Sign | None, floats: Form) -> Form:
    if code is None:
        return floats
    return I8 if isinstance(code, Quant) else BITS


def _source_form(
    group: Group,
    model: Model,
    coded: Codes,
    wanted: Mapping[str, set[Form]],
    read: Mapping[str, list[Node]],
) -> Form | None:
    """The form in which a group must have its source; None where any float will do."""
    head, code = group.head, coded[group.source]
    if isinstance(head, Conv | Dense):
        return product_form(head, code, read[group.source], model)
    if isinstance(head, AvgPool):
        return F32 if code is None else I8
    if isinstance(head, MaxPool) and group.signs and code is None:
        return F32
    if isinstance(head, MaxPool):
        made = wanted[group.value]
        return next((form for form in (I8, F32, F16) if form in made), None)
    return None


def product_form(
    node: Conv | Dense, code: Quant | Sign | None, others: list[Node], model: Model
) -> Form:
    """Return the form a product reads; `others` are all that read the same value."""
    weights = node.weights
    if weights.bits >= 16:
        return F16 if weights.bits == 16 else F32
    if code is None:
        return F32
    if isinstance(code, Sign):
        binary = weights.bits == 1 or weights.ternary
        return BITS if binary and _bits_have_the_border(node, model) else I8
    products = [n for n in others if isinstance(n, Conv | Dense) and n.weights.bits < 16]
    planes = _planes(code, products, model)
    return I8 if planes is None else Form(TensorType.PLANES, planes)


def _planes(code: Quant, products: list[Conv | Dense], model: Model) -> int | None:
    """How many planes serve all of `products`; None where bytes must do."""
    needed = (code.high - min(code.low, 0)).bit_length()
    zero = code.zero - min(code.low, 0)
    if code.bits >= 8 or any(zero and _sees_constant(node, model) for node in products):
        return None
    fitting = (a for a in (2, 3, 4) if a >= needed and all(_scheme(n.weights, a) for n in products))
    return next(fitting, None)


def _sees_constant(node: Conv | Dense, model: Model) -> bool:
    """Say whether a product sees zeros, or another constant, outside of its map."""
    if isinstance(node, Dense) or node.border is Border.REPLICATE:
        return False
    return overlaps(node.window, model.shapes[node.inputs[0]], model.shapes[node.output])


def _bits_have_the_border(node: Conv | Dense, model: Model) -> bool:
    """Zeros around a map of bits can be counted in square windows of binary weights only."""
    if not _sees_constant(node, model) or not isinstance(node, Conv):
        return True
    if node.border in (Border.PLUS_ONE, Border.MINUS_ONE):
        return True
    given, made = model.shapes[node.inputs[0]], model.shapes[node.output]
    return not node.weights.ternary and is_square(node.window, given, made)


def scheme(weights: Weights, form: Form, name: str) -> tuple[str, Encoding]:
    """Return the scheme that multiplies `weights` with a source of `form`, and the encoding."""
    floats = {TensorType.F32: "fp32", TensorType.F16: "fp16"}
    if form.type in floats:
        return floats[form.type], Encoding.SIGNED
    if form.type is TensorType.BITS:
        return ("terna1" if weights.ternary else "w1a1"), Encoding.SIGNED
    found = _scheme(weights, form.planes or 8)
    if found is None:
        low, high = int(weights.values.min()), int(weights.values.max())
        raise NetworkError(
            f"weights of {low} .. {high} fit no scheme of a plan (8 bits go from -127 to 127)",
            where=name,
            do="quantise the weights symmetrically, without the lowest code",
        )
    return found


def _scheme(weights: Weights, abits: int) -> tuple[str, Encoding] | None:
    if weights.ternary and abits == 8:
        return "terna8", Encoding.SIGNED
    for bits in _WIDTHS[abits]:
        if bits < weights.bits:
            continue
        for encoding in (weights.encoding, *Encoding):
            if _fits(weights, bits, encoding):
                return f"w{bits}a{abits}", encoding
    return None


def _fits(weights: Weights, bits: int, encoding: Encoding) -> bool:
    values = weights.values
    low, high = int(values.min()), int(values.max())
    if bits == 8:
        return encoding is Encoding.SIGNED and low >= -127 and high <= 127
    if encoding is Encoding.BIPOLAR:
        top = (1 << bits) - 1
        return -top <= low and high <= top and bool((values % 2 == 1).all())
    if encoding is Encoding.UNIPOLAR:
        return low >= 0 and high < 1 << bits
    top = 1 << (bits - 1)
    return -top <= low and high < top
