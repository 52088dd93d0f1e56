"""The runner's hello frame to a Hello; strict, for a board's words are not to be trusted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.errors import ProtocolError
from harness.records.board import Hello, mask_cores
from harness.records.codec import from_json

if TYPE_CHECKING:
    from collections.abc import Mapping

PROTOCOL = 1
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_WORD = re.compile(r"[A-Za-z0-9_.+-]{1,64}", re.ASCII)
_VARIANT = re.compile(r"[a-z0-9_]{1,96}", re.ASCII)
_MAX_TEXT = 300
_MAX_CORES = 4096
_MAX_CLOCK_HZ = 2e10
_MAX_STEP_NS = 10**10
_MAX_BYTES = 1 << 50


def parse_hello(payload: Mapping[str, Any]) -> Hello:
    """Return the Hello of a payload; raises ProtocolError that names what does not fit.

    Keys this version does not know are ignored, control characters in free text are taken out.
    """
    if payload.get("kind") != "hello":
        raise ProtocolError(f"expected hello, the runner said {str(payload.get('kind'))[:40]!r}")
    if payload.get("protocol") is True or payload.get("protocol") != PROTOCOL:
        raise ProtocolError(
            f"the runner speaks protocol {str(payload.get('protocol'))[:20]}, this is {PROTOCOL}",
            do="push the runner of this version: harness boards --clean, then run again",
        )
    cleaned = {k: _clean(v) if isinstance(v, str) else v for k, v in payload.items()}
    try:
        hello = from_json(Hello, cleaned)
    except ValueError as error:
        raise ProtocolError(f"the runner's hello does not fit: {error}") from None
    wrong = _wrong(hello)
    if wrong:
        raise ProtocolError(f"the runner's hello does not fit: {wrong}")
    return hello


def _clean(text: str) -> str:
    return "".join(c for c in text if c.isprintable())[:_MAX_TEXT]


def _is_mask(mask: str) -> bool:
    return not mask or bool(mask_cores(mask))


def _wrong(hello: Hello) -> str:
    names = [name for variants in hello.variants.values() for name in variants]
    checks = {
        "runner_sha256": _SHA256.fullmatch(hello.runner_sha256),
        "target": _WORD.fullmatch(hello.target),
        "machine": _WORD.fullmatch(hello.machine),
        "boot_id": hello.boot_id,
        "features": all(_WORD.fullmatch(word) for word in hello.features),
        "variants": all(_VARIANT.fullmatch(word) for word in [*hello.variants, *names]),
        "cores": 1 <= hello.cores <= _MAX_CORES,
        "clock_step_ns": 0 <= hello.clock_step_ns <= _MAX_STEP_NS,
        # NaN compares false
        "clock_hz": 0 <= hello.clock_hz <= _MAX_CLOCK_HZ,
        "memory_bytes": 0 <= hello.memory_bytes <= _MAX_BYTES,
        "core_mask": _is_mask(hello.core_mask),
        "isolated_mask": _is_mask(hello.isolated_mask),
        "page_bytes": 0 < hello.page_bytes <= _MAX_BYTES,
    }
    return ", ".join(name for name, good in checks.items() if not good)
