"""Our own kernels and network plans: carried out by the runner itself, nothing else is needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.errors import ConfigError, NetworkError
from harness.records.item import Blob, Item, Protocol, Work
from harness.records.shape import MAPS, parse
from harness.runtimes import base

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.board import BoardFacts
    from harness.runtimes.base import NetworkFiles

_PRODUCTS = (
    *("w1a1", "terna1", "terna8", "w1a2", "w2a2", "w3a3", "w4a4", "w1a8", "w2a8", "w4a8"),
    *("pot3a8", "pot4a8", "w8a8", "bf16", "fp16", "fp32"),
)
# op -> schemes, as kernels/include/kernels.def has them
KERNELS: Mapping[str, tuple[str, ...]] = {
    "gemm": _PRODUCTS,
    "gemv": _PRODUCTS,
    "poolgemm": tuple(f"w8a{bits}" for bits in range(1, 9)),
    "conv": ("w1a1", "w1a2", "w2a2", "w8a8", "fp32"),
    "dwconv": ("w1a1",),
    **dict.fromkeys(sorted(MAPS), ("bits",)),
}

NAME = "native"
KINDS: tuple[str, ...] = ("kernel", "network")
DEVICES: Mapping[str, str] = {"cpu": ""}
FORMS: tuple[str, ...] = ("plan",)
CONVERTED = ""
SCHEMES: tuple[str, ...] = ()
THREADS = True
SCENARIOS = base.LATENCY
INFLIGHT = False


def available(board: BoardFacts) -> str:
    """Return "": where the runner said hello, its kernels are there."""
    del board
    return ""


def describe(
    item: Item, board: BoardFacts, network: NetworkFiles | None, protocol: Protocol
) -> Work:
    """Return the order for a kernel, or for a network that was prepared as a plan."""
    del protocol  # the same for every item: session writes it
    if item.kind == "kernel":
        return _kernel(item, board)
    if network is None:
        raise NetworkError(f"{item.workload} was not prepared", where=item.label)
    return _network(item, network)


def _kernel(item: Item, board: BoardFacts) -> Work:
    try:
        shape = parse(item.workload, item.shape)
    except ValueError as error:
        raise ConfigError(str(error), where=item.label) from None
    keys: dict[str, int | str | tuple[str, ...]] = {
        "kind": "kernel",
        "op": item.workload,
        "scheme": item.scheme,
        **shape.keys,
    }
    if item.variant:
        keys["variant"] = _variant(item, board)
    return Work(
        item=item,
        keys=keys,
        precision_executed=item.scheme,
        macs_by_precision={item.scheme: shape.macs} if shape.macs else {},
    )


def _variant(item: Item, board: BoardFacts) -> str:
    """The full name of the forced variant; the item may give its instruction set alone."""
    offered = board.hello.variants.get(f"{item.workload}_{item.scheme}", ())
    for name in offered:
        if item.variant in (name, name.rpartition("__")[2]):
            return name
    raise ConfigError(
        f"{board.name} has no variant {item.variant!r} of {item.workload} {item.scheme}",
        where=item.label,
        do=f"it can run: {', '.join(offered) or 'none'}",
    )


def _network(item: Item, network: NetworkFiles) -> Work:
    plan = base.need(network.plan, "a plan", item)
    keys: dict[str, int | str | tuple[str, ...]] = {
        "kind": "network",
        "plan": Blob.of(plan).sha256,
        "input": Blob.of(network.input).sha256,
        "expected": Blob.of(network.expected).sha256,
        "tolerance_ppm": network.tolerance_ppm,
    }
    timed = network.layers if item.layers else ()
    if timed:
        keys["layers"] = 1
    work = base.network_work(item, network, keys, (plan, network.input, network.expected))
    return replace(work, layers=timed)
