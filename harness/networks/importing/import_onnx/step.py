"""One ONNX node while it is taken: its inputs, its attributes, and how it is refused by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.errors import NetworkError
from harness.networks.importing.import_onnx.values import Act, Const, sizes

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from harness.networks.importing.import_onnx.values import Value
    from harness.networks.models.draft import Draft
    from harness.networks.models.model import Node

# numbers that an import may make (folded constants, weights, per channel): the more the file
# itself holds, but never more than 2 GB
FREE_NUMBERS, NUMBERS_PER_BYTE, MOST_NUMBERS = 1 << 25, 12, 1 << 29


class Net:
    """What has been read so far."""

    def __init__(self, draft: Draft, *, file_bytes: int) -> None:
        self.draft = draft
        self.values: dict[str, Value] = {}
        self.notes: list[str] = []
        self.names: set[str] = set()
        self.makers: dict[str, Node] = {}
        self._granted = min(FREE_NUMBERS + NUMBERS_PER_BYTE * file_bytes, MOST_NUMBERS)
        self._budget = self._granted

    def spend(self, numbers: int) -> None:
        """Count `numbers` that are about to be made; NetworkError when they are too many."""
        self._budget -= numbers
        if self._budget < 0:
            raise NetworkError(f"with it, more than {self._granted} numbers are made of constants")

    def fresh(self, name: str) -> str:
        """Return `name`, or one like it that no value of the model has."""
        while name in self.draft.shapes:
            name += "_"
        return name

    def named(self, name: str) -> str:
        """Return a node's name that none had before."""
        free, count = name, 2
        while free in self.names:
            free, count = f"{name}#{count}", count + 1
        self.names.add(free)
        return free


@dataclass(frozen=True, kw_only=True)
class Step:
    """An ONNX node and what it reads; handlers return the value it writes."""

    net: Net
    op: str
    name: str
    words: str  # the node in words, for errors
    inputs: tuple[str, ...]
    output: str
    attributes: Mapping[str, Any]

    def refuse(self, why: str, do: str = "") -> NetworkError:
        """Return the error that names this node; to be raised."""
        advice = do or "change the network, or export it without this operator"
        return NetworkError(
            f"cannot take {self.words}: {why}", where=self.net.draft.name, do=advice
        )

    # inputs

    def has(self, index: int) -> bool:
        """Say whether the input is there: trailing ones may lack, others be empty."""
        return index < len(self.inputs) and self.inputs[index] != ""

    def value(self, index: int) -> Value:
        """Return the input as it is."""
        if not self.has(index):
            raise self.refuse(f"its input {index} is missing")
        found = self.net.values.get(self.inputs[index])
        if found is None:
            raise self.refuse(f"it reads {self.inputs[index]!r}, which nothing before it writes")
        return found

    def act(self, index: int = 0, *, codes: bool = False, pad: bool = False) -> Act:
        """Return the input as a map, as plain numbers unless `codes` and without `pad`ding."""
        found = self.value(index)
        if isinstance(found, Const):
            raise self.refuse(f"its input {index} is a constant, a map is wanted")
        if found.end:
            raise self.refuse(f"it reads what {found.end} made, which can only be the last")
        if found.codes is not None and not codes:
            raise self.refuse(
                "it computes on quantised integers", "write the QDQ format, or dequantise before it"
            )
        if found.pad is not None and not pad:
            raise self.refuse(f"it reads what {found.pad.by} has padded; only windows can")
        return found

    def const(self, index: int) -> Const:
        """Return the input as a constant."""
        found = self.value(index)
        if isinstance(found, Act):
            raise self.refuse(f"its input {index} is computed, a constant is wanted")
        return found

    def array(self, index: int) -> NDArray[Any]:
        """Return the numbers of a constant input."""
        return self.const(index).values

    def floats(self, index: int) -> NDArray[np.float32]:
        """Return a constant input as finite float32."""
        import numpy as np

        made = self.array(index).astype(np.float32)
        if not np.isfinite(made).all():
            raise self.refuse(f"its input {index} holds numbers that are not finite")
        return made

    def scalar(self, index: int) -> float:
        """Return a constant input whose elements are all one number."""
        found = self.array(index).astype("float32").ravel()
        if not found.size or (found != found[0]).any():
            raise self.refuse(
                f"its input {index} differs by channel or element; one number is wanted"
            )
        return float(found[0])

    def integers(self, index: int) -> tuple[int, ...]:
        """Return a constant input as a list of integers (a shape, axes, pads)."""
        found = self.array(index)
        if found.dtype.kind not in "iu" or found.size > 64:
            raise self.refuse(f"its input {index} is no short list of integers")
        return tuple(int(i) for i in found.ravel())

    # attributes

    def attr_int(self, name: str, default: int) -> int:
        """Return an attribute as an integer; old exporters write floats."""
        found = self.attributes.get(name, default)
        if not isinstance(found, int | float) or int(found) != found:
            raise self.refuse(f"its {name} is no integer")
        return int(found)

    def attr_float(self, name: str, default: float) -> float:
        """Return an attribute as a number."""
        found = self.attributes.get(name, default)
        if not isinstance(found, int | float):
            raise self.refuse(f"its {name} is no number")
        return float(found)

    def attr_ints(self, name: str, default: tuple[int, ...]) -> tuple[int, ...]:
        """Return an attribute as integers."""
        found = self.attributes.get(name, default)
        if not isinstance(found, list | tuple) or not all(isinstance(i, int) for i in found):
            raise self.refuse(f"its {name} is no list of integers")
        return tuple(found)

    def attr_text(self, name: str, default: str) -> str:
        """Return an attribute as a word."""
        found = self.attributes.get(name, default)
        if isinstance(found, bytes):
            found = found.decode("utf-8", errors="replace")
        if not isinstance(found, str):
            raise self.refuse(f"its {name} is no word")
        return found

    def axis(self, value: int, rank: int) -> int:
        """Return an axis counted from the front."""
        made = value + rank if value < 0 else value
        if not 0 <= made < rank:
            raise self.refuse(f"it has no axis {value}")
        return made

    # results

    def shape_of(self, act: Act) -> tuple[int, int, int]:
        """Return the map's own shape."""
        return self.net.draft.shapes[act.value]

    def sizes(self, act: Act) -> Mapping[str, int]:
        """Return the size of each letter."""
        return sizes(self.shape_of(act))

    def new(self, part: str = "") -> tuple[str, str]:
        """Return name and output for a node: of this step, or of a `part` of it."""
        if part:
            return self.net.named(f"{self.name}/{part}"), self.net.fresh(f"{self.output}/{part}")
        return self.net.named(self.name), self.net.fresh(self.output)

    def add(self, node: Node) -> str:
        """Append a node of the model; its misfit is this node's."""
        try:
            made = self.net.draft.add(node)
        except NetworkError as error:
            raise self.refuse(error.what) from None
        self.net.makers[made] = node
        return made
