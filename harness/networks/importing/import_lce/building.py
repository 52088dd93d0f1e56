"""The Model as it grows, operator by operator, and what is known of each tensor so far.

Knows shapes, names and limits; what an operator means stands in `binary` and `plain`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from harness.networks.models.model import Clip, Model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.importing.import_lce.nouns import Constant, File, Operator
    from harness.networks.models.model import Node

    Floats = NDArray[np.float32]
    Integers = NDArray[np.int64]

Shape = tuple[int, int, int]
Pads = tuple[int, int, int, int]
NO_PADS: Pads = (0, 0, 0, 0)

MAX_SIDE = 4096
MAX_CHANNELS = 65536
MAX_MAP = 1 << 26  # values of one map
MAX_WEIGHTS = 1 << 28  # of the whole network, unpacked
# TFLite's fused activations; the missing ones are TANH and SIGN_BIT
ACTIVATIONS = {0: None, 1: (0.0, math.inf), 2: (-1.0, 1.0), 3: (0.0, 6.0)}


class Refused(Exception):  # noqa: N818 - no error yet: `load` adds the operator and the file
    """An operator that cannot be taken: why, and what to do about it."""

    def __init__(self, why: str, do: str = "") -> None:
        super().__init__(why)
        self.do = do


def demand(holds: bool, why: str, do: str = "") -> None:  # noqa: FBT001 - reads like assert
    """Refuse the operator unless `holds`."""
    if not holds:
        raise Refused(why, do)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A tensor that has been computed: the Model's value and how the file looks at it.

    `flat`: the file holds [1, h*w*c]. `pads`: a PAD operator that the next convolution carries out,
    with `outside` (a number; of `packed` tensors -1 or +1) around the map. `shape` leaves it out.
    """

    value: str
    shape: Shape
    packed: bool = False
    flat: bool = False
    pads: Pads = NO_PADS
    outside: float = 0.0

    @property
    def declared(self) -> tuple[int, ...]:
        """The shape the file must give this tensor."""
        top, left, bottom, right = self.pads
        h, w, c = self.shape[0] + top + bottom, self.shape[1] + left + right, self.shape[2]
        if self.flat:
            return (1, h * w * c)
        return (1, h, w, -(-c // 32) if self.packed else c)


class Building:
    """The nodes so far, by the file's tensors."""

    def __init__(self, file: File) -> None:
        self.file = file
        self.nodes: list[Node] = []
        self.shapes: dict[str, Shape] = {}
        self.seen: dict[int, Seen] = {}
        self.notes: dict[str, str] = {}
        self._weights = 0

    def begin(self) -> Seen:
        """Take the network's input."""
        tensor = self.file.tensors[self.file.input]
        demand(tensor.type == "FLOAT32", f"the input is {tensor.type}; only FLOAT32 is taken")
        rank = len(tensor.shape)
        demand(rank in {2, 4}, f"the input has {rank} dimensions, wants 4 (NHWC) or 2")
        demand(tensor.shape[0] == 1, f"the input's batch is {tensor.shape[0]}, wants 1")
        shape = tensor.shape[1:] if rank == 4 else (1, 1, tensor.shape[1])
        first = Seen(value="input", shape=_shape(shape), flat=rank == 2)
        self.shapes[first.value] = first.shape
        self.seen[self.file.input] = first
        return first

    def source(self, op: Operator, position: int = 0) -> Seen:
        """Return what input `position` is; an operator that does not read it refuses itself."""
        index = op.inputs[position] if position < len(op.inputs) else None
        if index is None:
            raise Refused(f"input {position} is missing")
        found = self.seen.get(index)
        if found is None:
            constant = self.file.tensors[index].data is not None
            words = "a constant" if constant else "computed by nothing before it"
            raise Refused(f"input {position} ({self.file.tensors[index].name}) is {words}")
        return found

    def floats(self, op: Operator, position: int = 0) -> Seen:
        """Return an input of real numbers without pending pads."""
        found = self.source(op, position)
        demand(not found.packed, f"input {position} holds packed signs, wants FLOAT32")
        demand(found.pads == NO_PADS, "its input was padded by an operator of its own", PAD_HINT)
        return found

    def reals(self, op: Operator, position: int) -> Floats:
        """Return a constant input of real numbers."""
        import numpy as np

        return self._constant(op, position, ("FLOAT32",)).astype(np.float32, copy=False)

    def integers(self, op: Operator, position: int) -> Integers:
        """Return a constant input of whole numbers."""
        import numpy as np

        return self._constant(op, position, ("INT32", "INT64")).astype(np.int64)

    def has(self, op: Operator, position: int) -> bool:
        """Say whether an input that may be left out is there."""
        return position < len(op.inputs) and op.inputs[position] is not None

    def is_constant(self, op: Operator, position: int) -> bool:
        """Say whether an input is a constant."""
        index = op.inputs[position] if position < len(op.inputs) else None
        return index is not None and self.file.tensors[index].data is not None

    def _constant(self, op: Operator, position: int, types: tuple[str, ...]) -> Constant:
        index = op.inputs[position] if position < len(op.inputs) else None
        if index is None:
            raise Refused(f"input {position} is missing")
        tensor = self.file.tensors[index]
        if tensor.type not in types:
            hint = INT8_HINT if "INT8" in tensor.type else ""
            raise Refused(f"input {position} is {tensor.type}, wants {types[0]}", hint)
        if tensor.data is None:
            raise Refused(f"input {position} ({tensor.name}) is no constant")
        return tensor.data

    def node(self, node: Node, shape: Shape) -> str:
        """Append a node and return the value it writes."""
        self.shapes[node.output] = _shape(shape)
        self.nodes.append(node)
        return node.output

    def count_weights(self, number: int) -> None:
        """Bound what a file of shared constants can grow to."""
        self._weights += number
        demand(self._weights <= MAX_WEIGHTS, f"the network has more than {MAX_WEIGHTS} weights")

    def activated(self, op: Operator, value: str, shape: Shape) -> str:
        """Append the fused activation, if there is one."""
        bounds = activation(op)
        if bounds is None:
            return value
        name = f"{node_name(op)}.clip"
        clip = Clip(name=name, inputs=(value,), output=name, low=bounds[0], high=bounds[1])
        return self.node(clip, shape)

    def finish(self, op: Operator, made: Seen) -> None:
        """Note the operator's output, whose shape and type must be those the file declares."""
        demand(len(op.outputs) == 1, f"it has {len(op.outputs)} outputs, wants one")
        tensor = self.file.tensors[op.outputs[0]]
        wants = "INT32" if made.packed else "FLOAT32"
        demand(
            tensor.type == wants, f"its output is {tensor.type}; only {wants} is taken", INT8_HINT
        )
        same = tensor.shape == made.declared
        if len(tensor.shape) == 2 and not made.flat and made.shape[:2] == (1, 1):
            same, made = tensor.shape == (1, made.shape[2]), replace(made, flat=True)
        demand(
            same,
            f"its output has the shape {list(tensor.shape)} in the file, but "
            f"{list(made.declared)} follows from its inputs",
        )
        demand(op.outputs[0] not in self.seen, "its output was written before")
        self.seen[op.outputs[0]] = made


PAD_HINT = "only convolutions can take a PAD in; pad inside of the pool, or leave it out"
INT8_HINT = "convert without int8 quantisation: this project quantises the float network itself"


def node_name(op: Operator) -> str:
    """A name that leads back to the operator in the file."""
    return f"{op.kind}_{op.index}"


def activation(op: Operator) -> tuple[float, float] | None:
    """The bounds of the fused activation, None where there is none."""
    code = op.options.get("fused_activation_function", 0)
    demand(code in ACTIVATIONS, f"its fused activation ({code}) is not taken: none, ReLU, ReLU6")
    return ACTIVATIONS[code]


def option(op: Operator, name: str, low: int, high: int) -> int:
    """An option that must be there and lie within low..high."""
    value = op.options.get(name)
    if value is None:
        raise Refused(f"its option {name} is missing")
    demand(low <= value <= high, f"its option {name} is {value}, wants {low}..{high}")
    return value


def model(building: Building, name: str) -> Model:
    """The finished Model, without what does not reach the output."""
    last = building.seen.get(building.file.output)
    if last is None or not building.nodes:
        raise Refused("the output is computed by no operator")
    demand(not last.packed, "the network ends in packed signs, wants FLOAT32")
    demand(last.pads == NO_PADS, "the network ends in a PAD", PAD_HINT)
    needed, kept = {last.value}, []
    for node in reversed(building.nodes):
        if node.output in needed:
            kept.append(node)
            needed.update(node.inputs)
    values = {node.output for node in kept} | {"input"}
    demand("input" in needed, "the output does not depend on the input")
    return Model(
        name=name,
        input="input",
        output=last.value,
        nodes=tuple(reversed(kept)),
        shapes={value: shape for value, shape in building.shapes.items() if value in values},
        notes=building.notes,
    )


def _shape(sizes: tuple[int, ...]) -> Shape:
    h, w, c = sizes
    fits = 1 <= h <= MAX_SIDE and 1 <= w <= MAX_SIDE and 1 <= c <= MAX_CHANNELS
    demand(fits and h * w * c <= MAX_MAP, f"a map of {h} x {w} x {c} is out of range")
    return h, w, c
