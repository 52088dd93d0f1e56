"""What the worker makes of trtexec's log and files: documented forms, and whatever else may come.

Fixtures are named synthetic: written by the documented format, recorded nowhere.
"""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

WORKER = Path(__file__).parents[3] / "harness" / "runtimes" / "workers" / "trtexec_worker.py"


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("trtexec_worker", WORKER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


worker = _load()

SYNTHETIC_DLA_LOG = """\
&&&& RUNNING TensorRT.trtexec [TensorRT v8502] # trtexec --onnx=m --useDLACore=0
[11/22/2026-00:00:00] [I] TensorRT version: 8.5.2
[11/22/2026-00:00:01] [I] [TRT] ---------- Layers Running on DLA ----------
[11/22/2026-00:00:01] [I] [TRT] [DlaLayer] {ForeignNode[conv1...relu10]}
[11/22/2026-00:00:01] [I] [TRT] ---------- Layers Running on GPU ----------
[11/22/2026-00:00:01] [I] [TRT] [GpuLayer] REFORMAT: Reformatting CopyNode for Output Tensor 0
[11/22/2026-00:00:02] [I] Engine deserialized in 0.0045 sec.
[11/22/2026-00:00:02] [I] Created input binding for data with dimensions 1x3x224x224
"""
SYNTHETIC_GPU_LINE = "[11/22/2026-00:00:01] [I] [TRT] [GpuLayer] SOFTMAX: prob\n"
SYNTHETIC_OLD_FALL_BACK = (
    "[DlaLayer] {ForeignNode[a]}\n"
    "WARNING: Default DLA is enabled but layer act is not running on DLA, falling back to GPU.\n"
)


def synthetic_layer(kind: str, name: str = "conv1", tactic: str = "") -> dict[str, Any]:
    words = f"Row major linear {kind} format"
    return {"Name": name, "TacticName": tactic, "Outputs": [{"Format/Datatype": words}]}


def synthetic_times(*latencies_ms: float, begin_ms: float = 300.0) -> str:
    return json.dumps([{"startComputeMs": begin_ms, "latencyMs": ms} for ms in latencies_ms])


def test_the_log_names_version_and_input() -> None:
    assert worker.version_of(SYNTHETIC_DLA_LOG) == "v8502"
    assert worker.version_of("[I] TensorRT version: 10.3.0") == "10.3.0"
    assert worker.input_of(SYNTHETIC_DLA_LOG) == "data"
    assert worker.input_of("[I] Using random values for input x.1\n") == "x.1"
    for log, words in (("", "0 inputs"), (SYNTHETIC_DLA_LOG + "Created input binding for b ", "2")):
        with pytest.raises(ValueError, match=words):
            worker.input_of(log)
    with pytest.raises(ValueError, match="cannot be named"):
        worker.input_of("Created input binding for a:b with")


@pytest.mark.parametrize(
    ("log", "executed"),
    [
        (SYNTHETIC_DLA_LOG, "fp16"),
        (SYNTHETIC_DLA_LOG + SYNTHETIC_GPU_LINE * 2, "fp16@dla+gpu:2"),
        (SYNTHETIC_DLA_LOG.replace("[DlaLayer]", "[Other]"), "fp16@gpu"),
        (SYNTHETIC_OLD_FALL_BACK, "fp16@dla+gpu:1"),
        ("", "fp16@gpu"),
    ],
)
def test_who_computed_is_read_from_the_log(log: str, executed: str) -> None:
    assert worker.executed("dla", [synthetic_layer("FP16")], log) == executed
    assert worker.executed("gpu", [synthetic_layer("FP16")], log) == "fp16"


@pytest.mark.parametrize(
    ("layers", "word"),
    [
        ([synthetic_layer("FP32")], "fp32"),
        ([synthetic_layer("FP32", tactic="sm80_xmma_fprop_tf32f32")], "tf32"),
        ([synthetic_layer("FP32"), synthetic_layer("Half")], "fp16"),
        ([synthetic_layer("Half"), synthetic_layer("Int8")], "w8a8"),
        ([synthetic_layer("FP32"), synthetic_layer("FP16", "Reformatting CopyNode for x")], "fp32"),
    ],
)
def test_the_lowest_precision_of_what_computes(layers: list[Any], word: str) -> None:
    assert worker.precision_of(worker.layers_of(json.dumps({"Layers": layers}))) == word


def test_names_of_layers_alone_prove_no_precision() -> None:
    with pytest.raises(ValueError, match=r"8\.2 or later"):
        worker.layers_of('{"Layers": ["conv1"]}')


def test_times_are_of_what_came_after_the_warm_up() -> None:
    both = json.loads(synthetic_times(9.0, begin_ms=10.0)) + json.loads(synthetic_times(1.5, 2.0))
    assert worker.times_of(json.dumps(both), 200) == [1_500_000, 2_000_000]
    with pytest.raises(ValueError, match="0 inferences"):
        worker.times_of(synthetic_times(1.0), 400)
    with pytest.raises(ValueError, match=r"latencyMs is -1\.0"):
        worker.times_of(synthetic_times(-1.0), 0)


def test_the_output_is_float32() -> None:
    text = '[ { "name" : "y", "dimensions" : "1x3", "values" : [ 1, -2.5, 1e-06 ] } ]'
    assert worker.output_of(text) == struct.pack("<3f", 1, -2.5, 1e-6)
    for bad in ("[]", '[{"values": []}]', '[{"values": ["x"]}]', "{}"):
        with pytest.raises(ValueError, match="its output"):
            worker.output_of(bad)


@given(
    st.lists(st.integers(1, 10**9), min_size=1, max_size=60),
    st.integers(1, 20),
    st.integers(1, 10**10),
)
def test_samples_are_long_enough_and_none_is_invented(
    times: list[int], count: int, least: int
) -> None:
    iterations, walls = worker.grouped(times, count, least)
    assert 1 <= len(walls) <= count
    assert iterations * len(walls) <= len(times)
    assert sum(walls) <= sum(times)
    if iterations < len(times):
        assert min(walls) >= least
    laid = worker.lay_out(walls, 10**15)
    assert laid[-1][1] == 10**15
    assert all(cpu == 0 for _, _, cpu in laid)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Layers", "Outputs", "values", "latencyMs", "startComputeMs"]), inner
        )
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(_JSON.map(json.dumps) | st.text(max_size=40))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    for read in (worker.layers_of, worker.output_of, lambda t: worker.times_of(t, 0)):
        with contextlib.suppress(ValueError):
            read(text)


@given(st.text())
def test_any_log_is_judged(log: str) -> None:
    assert worker.executed("dla", [], log).startswith("fp32")


def test_it_is_python_3_6_and_the_standard_library() -> None:
    tree = ast.parse(WORKER.read_text(encoding="utf-8"), feature_version=(3, 6))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    assert names <= {
        *("array", "hashlib", "json", "math", "os", "re", "shutil", "subprocess", "sys"),
        *("tempfile", "time"),
    }
