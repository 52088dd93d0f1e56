"""The user's own programs as runtimes: `external:NAME`, as declared in his files, never in a suite.

A `worker` speaks on descriptor 3 as `sdk/` does; a `google-benchmark` program and a `plain` command
know nothing of us. What a program puts out is held against our oracle on the same inputs, against
a golden file, or against nothing, and then the record says `unchecked`.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ConfigError, NetworkError
from harness.records.external import (
    GBENCH,
    GOLDEN,
    PLAIN,
    PREFIX,
    REFERENCE,
    UNCHECKED,
    External,
    external_name,
)
from harness.records.item import Blob, Item, Protocol, Work
from harness.records.shape import parse
from harness.runtimes.placeholders import fill

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.records.board import BoardFacts
    from harness.runtimes.base import NetworkFiles

NAME = "external"
KINDS: tuple[str, ...] = ("kernel", "network", "program")
DEVICES: Mapping[str, str] = {"cpu": ""}
FORMS: tuple[str, ...] = ("onnx",)
CONVERTED = ""
SCHEMES: tuple[str, ...] = ()
SCENARIOS: tuple[str, ...] = ("latency",)
INFLIGHT = False
THREADS = True

PYTHON = "python3"  # runs our worker for Google Benchmark programs
TIMED_BY = {
    GBENCH: "the program's own clock",
    PLAIN: "whole process, start-up included",
}
# of the largest output, in ppm: sums of K products in another order; halves round each product
_TOLERANCES_PPM = {"fp32": 100, "fp16": 5_000, "bf16": 5_000}
_GBENCH_WORKER = Path(__file__).with_name("workers") / "gbench_worker.py"
_MAX_FILE_BYTES = 256 << 20

Key = int | str | tuple[str, ...]


def available(board: BoardFacts) -> str:
    """Return why no program can run there; whether one can start is known when it does."""
    return "" if board.entry.externals else "no program is declared in boards.yaml or harness.yaml"


def describe(
    item: Item, board: BoardFacts, network: NetworkFiles | None, protocol: Protocol
) -> Work:
    """Return the order for a program: its argv, its files, and what its output is held against."""
    del protocol  # the runner hands samples, warm-up and window over by environment
    found = board.entry.externals.get(external_name(item.runtime))
    if found is None:
        raise ConfigError(
            f"no program {item.runtime!r} is declared for {board.name}",
            where=item.label,
            do="declare it under `externals:` in boards.yaml or harness.yaml",
        )
    values = _values(item, network)
    given = {name: Blob.of(data) for name, data in _given(network)}
    words = [fill(word, values, given, _file(found, word)) for word in found.command]
    blobs = [blob for _, blob in words if blob is not None]
    args = tuple(text for text, _ in words)
    if found.protocol == GBENCH:
        worker = Blob.of(gbench_worker())
        python = board.entry.runtimes.get("python", PYTHON)
        args = (python, f"blob:{worker.sha256}", item.scheme, *args)
        blobs.append(worker)
    keys: dict[str, Key] = {"kind": "program", "arg": args}
    if found.protocol == PLAIN:
        keys |= {"whole": 1, "scheme": item.scheme}
    truth = _truth(found, item, network, keys)
    program = words[0][1]
    return Work(
        item=item,
        keys=keys,
        blobs=(*blobs, *truth),
        precision_executed=item.scheme,
        network_sha256=program.sha256 if program else "",
        macs_by_precision=_macs(item, network),
        check_kind=_check_kind(found, network),
        check_words=network.label if network and found.check == REFERENCE else "",
        weights=network.weights if network else "none",
        timed_by=TIMED_BY.get(found.protocol, ""),
        timeout_s=found.timeout_s,
    )


@cache
def gbench_worker() -> bytes:
    """Return the script that speaks for a Google Benchmark program."""
    return _GBENCH_WORKER.read_bytes()


def files(found: External) -> Iterator[Path]:
    """Yield the files of this machine that a program consists of, and its golden one."""
    for word in found.command:
        if _is_file(word):
            yield Path(found.folder, word)
    if found.check == GOLDEN:
        yield Path(found.folder, found.golden)


def require_files(found: External) -> None:
    """Raise ConfigError, with the place of the declaration, for a file that cannot be pushed."""
    for path in files(found):
        _read(found, path)


def _is_file(word: str) -> bool:
    return word.startswith(("./", "../"))


def _file(found: External, word: str) -> bytes | None:
    return _read(found, Path(found.folder, word)) if _is_file(word) else None


def _read(found: External, path: Path) -> bytes:
    try:
        size = path.stat().st_size
        data = path.read_bytes() if 0 < size <= _MAX_FILE_BYTES else b""
    except OSError as error:
        words, size = error.strerror or "cannot be read", -1
    else:
        words = "is empty" if not size else f"is larger than {_MAX_FILE_BYTES >> 20} MiB"
        if data:
            return data
    raise ConfigError(
        f"{PREFIX}{found.name}: {path}: {words}",
        where=found.where,
        do="build it, or write the absolute path of a file that is on the board",
    )


def _values(item: Item, network: NetworkFiles | None) -> dict[str, str]:
    """What the placeholders in a command stand for; `case:` is read by the board's runner."""
    values = {"shape": item.shape, "scheme": item.scheme, "threads": str(item.threads)}
    if item.kind == "kernel":
        sizes = parse(item.workload, item.shape)
        values |= {"m": str(sizes.m), "n": str(sizes.n), "k": str(sizes.k)}
        values |= {"a": "case:a", "b": "case:b"}
    if network is not None:
        values["shape"] = "x".join(map(str, network.input_shape))
    return values


def _given(network: NetworkFiles | None) -> Iterator[tuple[str, bytes]]:
    if network is not None:
        yield "input", network.input
        if network.onnx is not None:
            yield "model", network.onnx


def _truth(
    found: External, item: Item, network: NetworkFiles | None, keys: dict[str, Key]
) -> tuple[Blob, ...]:
    """Say in `keys` what the output is held against; returns the blob that holds it, if any."""
    keys["tolerance_ppm"] = found.tolerance_ppm
    if found.check == UNCHECKED:
        keys["unchecked"] = 1
        return ()
    if found.check == GOLDEN:
        blob = Blob.of(_read(found, Path(found.folder, found.golden)))
        keys["expected"] = blob.sha256
        return (blob,)
    if item.kind == "kernel":
        keys |= {"op": item.workload, "scheme": item.scheme}
        keys |= parse(item.workload, item.shape).keys
        keys["tolerance_ppm"] = _TOLERANCES_PPM.get(item.scheme, 0)
        return ()
    if network is None:
        raise NetworkError(
            f"{found.workload!r} is no op and no network of ours: it has no reference",
            where=found.where,
            do="check it against a golden file, or write `check: unchecked`",
        )
    blob = Blob.of(network.expected)
    keys |= {"expected": blob.sha256, "tolerance_ppm": network.tolerance_ppm}
    return (blob,)


def _check_kind(found: External, network: NetworkFiles | None) -> str:
    if found.check != REFERENCE:
        return found.check
    return network.check_kind if network is not None else "ref-on-board"


def _macs(item: Item, network: NetworkFiles | None) -> dict[str, int]:
    if network is not None:
        return dict(network.macs_by_precision)
    macs = parse(item.workload, item.shape).macs if item.kind == "kernel" else 0
    return {item.scheme: macs} if macs else {}
