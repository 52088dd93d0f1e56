"""Cells of the user's own programs, among kernels or in a block of their own; starts none."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from harness.config.schema import suggestion
from harness.records.external import PREFIX, External, external_name
from harness.records.item import Item
from harness.suite.suite import ExternalBlock, KernelBlock, Suite

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.suite.catalogue import Catalogue


def split(implementations: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return our own implementations, and the names of programs among them."""
    programs = tuple(name for word in implementations if (name := external_name(word)))
    return tuple(word for word in implementations if not external_name(word)), programs


def beside(
    kernel: Item, programs: tuple[str, ...], externals: Mapping[str, External]
) -> Iterator[Item | None]:
    """Yield the items that stand beside one of a kernel; None where a program cannot do it."""
    for name in programs:
        found = externals.get(name)
        good = found is not None and _does(found, kernel.workload, kernel.scheme, kernel.shape)
        yield _item(found, kernel.scheme, kernel.shape, kernel.cores) if found and good else None


def program_items(block: ExternalBlock, catalogue: Catalogue) -> Iterator[Item]:
    """Yield every scheme and shape that the programs of a block were declared with."""
    for name, cores in itertools.product(block.externals, block.on):
        found = catalogue.externals.get(name)
        if found is None or found.workload in catalogue.networks:
            continue
        for scheme, shape in itertools.product(found.schemes, found.shapes or ("",)):
            yield _item(found, scheme, shape, cores)


def dead_programs(
    suite: Suite, number: int, block: KernelBlock | ExternalBlock, catalogue: Catalogue
) -> Iterator[str]:
    """Yield what is wrong with each program a block names, with its position."""
    externals = catalogue.externals
    is_own = isinstance(block, ExternalBlock)
    axis = "externals" if is_own else "implementations"
    for index, word in enumerate(getattr(block, axis)):
        name = word if is_own else external_name(word)
        if not name:
            continue
        found, words = externals.get(name), ""
        if found is None:
            hint = suggestion(name, externals)
            words = f"no program {name!r} is declared in boards.yaml or harness.yaml{hint}"
        elif is_own and found.workload in catalogue.networks:
            words = f"{name!r} runs a network: name it there, as `runtimes: [{PREFIX}{name}]`"
        elif isinstance(block, KernelBlock) and not _meets(found, block):
            words = f"{word!r} ends in no cell: it was declared for {_offer(found)}"
        if words:
            yield f"{suite.where('matrix', number, axis, index)}: {words}"


def _item(found: External, scheme: str, shape: str, cores: str) -> Item:
    return Item(
        kind="kernel" if shape else "program",
        workload=found.workload,
        scheme=scheme,
        shape=shape,
        runtime=found.runtime,
        cores=cores,
    )


def _does(found: External, op: str, scheme: str, shape: str) -> bool:
    return op == found.workload and scheme in found.schemes and shape in found.shapes


def _meets(found: External, block: KernelBlock) -> bool:
    cells = itertools.product(block.ops, block.schemes, block.shapes)
    return any(_does(found, op, scheme, shape) for op, scheme, shape in cells)


def _offer(found: External) -> str:
    return " ".join((found.workload, ", ".join(found.schemes), ", ".join(found.shapes))).strip()
