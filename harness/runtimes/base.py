"""What every runtime module offers, and what they share; a module satisfies `Runtime` as it is.

A runtime only describes work. It never talks to a board, and never reads what came back.
"""

from __future__ import annotations

import typing

from harness.errors import NetworkError
from harness.records.item import Blob, Item, Protocol, Work

if typing.TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.records.board import BoardFacts
    from harness.records.layers import LayerInfo


class NetworkFiles(typing.Protocol):
    """A prepared network as this room sees it; `networks` makes one, `commands` hands it over.

    `input` and `expected` are little-endian and row-major: float32 for ONNX, what the plan says for
    a plan. `input_shape` has the batch first. The output is right when
    |x - y| <= tolerance_ppm * 1e-6 * max|y|, bit for bit when that is 0.
    """

    @property
    def scheme(self) -> str: ...
    @property
    def onnx(self) -> bytes | None: ...
    @property
    def plan(self) -> bytes | None: ...
    @property
    def converted(self) -> Mapping[str, bytes]: ...  # the files of a runtime's own form, by name
    @property
    def input(self) -> bytes: ...
    @property
    def input_shape(self) -> tuple[int, ...]: ...
    @property
    def expected(self) -> bytes: ...
    @property
    def tolerance_ppm(self) -> int: ...
    @property
    def weights(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def macs_by_precision(self) -> Mapping[str, int]: ...
    @property
    def check_kind(self) -> str: ...
    @property
    def layers(self) -> tuple[LayerInfo, ...]: ...  # of a plan; else empty
    @property
    def label(self) -> str: ...  # what the input shows, `espresso (967)`; empty where not known
    @property
    def accuracy_metric(self) -> str: ...
    @property
    def accuracy_value(self) -> float | None: ...
    @property
    def accuracy_n(self) -> int: ...
    @property
    def accuracy_sqnr_db(self) -> float | None: ...


LATENCY: tuple[str, ...] = ("latency",)
BOTH: tuple[str, ...] = ("latency", "throughput")


class Runtime(typing.Protocol):
    """The interface of a module in this room."""

    NAME: str
    KINDS: tuple[str, ...]  # kinds of item it can run: kernel, network
    # device -> what the board's runtime must list among its own devices, "" = nothing
    DEVICES: Mapping[str, str]
    FORMS: tuple[str, ...]  # forms of a prepared network it takes: onnx, plan
    CONVERTED: str  # the form of its own that is made of ONNX: ncnn, tflite; "" = as it is
    SCHEMES: tuple[str, ...]  # of networks in those forms; () = all
    THREADS: bool  # whether it can use more than one
    SCENARIOS: tuple[str, ...]
    INFLIGHT: bool  # whether it can have several inferences in flight

    def describe(
        self, item: Item, board: BoardFacts, network: NetworkFiles | None, protocol: Protocol
    ) -> Work:
        """Return the order for `item`; ConfigError or NetworkError when it cannot be given."""

    def available(self, board: BoardFacts) -> str:
        """Return the reason why the board cannot run this, "" when it can."""


def prepared(item: Item, network: NetworkFiles | None) -> NetworkFiles:
    """Return `network`; NetworkError where the item is none, or nobody prepared it."""
    if item.kind != "network" or network is None:
        raise NetworkError(f"{item.workload} was not prepared", where=item.label)
    return network


def need(data: bytes | None, what: str, item: Item) -> bytes:
    """Return `data`; NetworkError when the network was not prepared in the form a runtime needs."""
    if data is None:
        raise NetworkError(f"{item.workload} was not prepared as {what}", where=item.label)
    return data


def network_work(
    item: Item,
    network: NetworkFiles,
    keys: dict[str, int | str | tuple[str, ...]],
    blobs: tuple[bytes, ...],
) -> Work:
    """Return the order for a network: what every runtime says of it, with its own keys."""
    return Work(
        item=item,
        keys=keys,
        blobs=tuple(Blob.of(data) for data in blobs),
        precision_executed=network.scheme,
        network_sha256=network.sha256,
        macs_by_precision=network.macs_by_precision,
        check_kind=network.check_kind,
        check_words=network.label,
        weights=network.weights,
        accuracy_metric=network.accuracy_metric,
        accuracy_value=network.accuracy_value,
        accuracy_n=network.accuracy_n,
        accuracy_sqnr_db=network.accuracy_sqnr_db,
    )
