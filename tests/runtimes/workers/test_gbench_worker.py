"""The worker's reading of Google Benchmark's JSON: documented forms, and whatever else may come."""

from __future__ import annotations

import ast
import importlib.util
import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

WORKER = Path(__file__).parents[3] / "harness" / "runtimes" / "workers" / "gbench_worker.py"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("gbench_worker", WORKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


worker = _load()

# by the library's documented form; made here, not recorded
SYNTHETIC_ENTRY = {
    "name": "BM_x/64",
    "run_name": "BM_x/64",
    "run_type": "iteration",
    "iterations": 1000,
    "real_time": 1.5,
    "cpu_time": 1.25,
    "time_unit": "us",
}


def synthetic_document(*changes: dict[str, Any], **context: Any) -> str:
    entries = [{**SYNTHETIC_ENTRY, **change} for change in changes]
    return json.dumps({"context": context, "benchmarks": entries})


def test_times_are_of_all_iterations_in_ns() -> None:
    text = synthetic_document({}, {"real_time": 2.0}, library_version="v1.8.3")
    version, times = worker.parse(text)
    assert version == "Google Benchmark v1.8.3  (BM_x/64)"
    assert times == [(1000, 1_500_000, 1_250_000), (1000, 2_000_000, 1_250_000)]


@pytest.mark.parametrize(("unit", "ns"), [("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)])
def test_every_unit_of_the_library_is_known(unit: str, ns: float) -> None:
    _, times = worker.parse(synthetic_document({"time_unit": unit, "real_time": 1.0}))
    assert times[0][1] == 1000 * ns


def test_aggregates_are_not_samples() -> None:
    _, times = worker.parse(synthetic_document({}, {"run_type": "aggregate", "iterations": 3}))
    assert len(times) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"real_time": -1.0}, "real_time is -1.0"),
        ({"real_time": 0}, "real_time is 0"),
        ({"cpu_time": "1"}, "cpu_time is '1'"),
        ({"iterations": 1.5}, r"iterations is 1\.5"),
        ({"iterations": True}, "iterations is True"),
        ({"time_unit": "h"}, "time unit 'h' is not known"),
        ({"error_occurred": True, "error_message": "no such file"}, "failed: no such file"),
        ({"iterations": 999}, "differ in their number"),
        ({"run_name": "BM_y"}, "2 benchmarks ran"),
        ({"real_time": float("nan")}, "real_time is nan"),
    ],
)
def test_what_cannot_be_is_said(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        worker.parse(synthetic_document({}, change))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*SYNTHETIC_ENTRY, "benchmarks", "context"]), inner)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(_JSON.map(json.dumps) | st.text(max_size=60))
def test_any_text_is_samples_or_an_error_in_words(text: str) -> None:
    try:
        _, times = worker.parse(text)
    except (ValueError, RecursionError, OverflowError):
        return
    assert all(count >= 1 and wall >= 0 and cpu >= 0 for count, wall, cpu in times)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.just(1), st.integers(1, 10**9), st.integers(0, 10**9)), min_size=1))
def test_samples_lie_one_behind_the_other_and_end_with_the_process(
    times: list[tuple[int, int, int]],
) -> None:
    laid = worker.lay_out(times, 10**15)
    assert laid[-1][1] == 10**15
    assert all(a[1] == b[0] for a, b in itertools.pairwise(laid))
    assert [end - begin for begin, end, _ in laid] == [wall for _, wall, _ in times]


def test_it_is_python_3_6_and_the_standard_library() -> None:
    tree = ast.parse(WORKER.read_text(encoding="utf-8"), feature_version=(3, 6))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert names == {"json", "math", "os", "subprocess", "sys", "time"}
