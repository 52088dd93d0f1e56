"""Can the values of a frame be at all? It arrived whole; whether it makes sense is asked here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LIMIT_NS = 10**15  # eleven days: no sample lasts as long
LIST_LIMIT = 20_000
NUMBERS = ("iterations", "clock_hz", "ops_per_s", "begin_ns", "end_ns", "inferences", "rep")
LISTS = ("wall_ns", "cpu_ns", "t_ns", "raw", "raw2")
WORDS = ("unit", "sensor", "variant", "boot_id", "check_detail", "cpu_mask")
NEEDED = {
    "sample": ("item", "iterations", "wall_ns", "cpu_ns"),
    "energy": ("item", "sensor", "begin_ns", "end_ns", "t_ns", "raw", "inferences"),
    "idle": ("sensor", "begin_ns", "end_ns", "t_ns", "raw"),
    "peak": ("unit", "ops_per_s"),
}


def fault(payload: Mapping[str, Any]) -> str:
    """Return what is wrong with a frame's values in words, or nothing."""
    kind = str(payload.get("kind"))
    for key in NEEDED.get(kind, ()):
        if key not in payload:
            return f"{kind} frame without {key}"
    for key in NUMBERS:
        if key in payload and not _is_number(payload[key]):
            return f"{kind} frame: {key} is no number"
    for key in WORDS:
        if not isinstance(payload.get(key, ""), str):
            return f"{kind} frame: {key} is no text"
    for key in LISTS:
        if key in payload and not _is_list(payload[key]):
            return f"{kind} frame: {key} is no list of numbers"
    return _sample_fault(payload) if kind == "sample" else ""


def _sample_fault(payload: Mapping[str, Any]) -> str:
    wall, cpu = payload["wall_ns"], payload["cpu_ns"]
    if payload["iterations"] < (1 if wall else 0):
        return "sample frame: no iterations"
    if cpu and len(cpu) != len(wall):
        return "sample frame: wall and CPU times do not pair"
    if any(not isinstance(v, int) or v > LIMIT_NS for v in (*wall, *cpu)):
        return "sample frame: a time that cannot be"
    watches = (payload.get(key, {}) for key in ("watch_before", "watch_after"))
    return "" if all(isinstance(w, dict) for w in watches) else "sample frame: broken watch"


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0


def _is_list(value: object) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= LIST_LIMIT
        and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value)
    )
