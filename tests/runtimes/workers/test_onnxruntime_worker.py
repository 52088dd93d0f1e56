"""The worker for real: a small model, run as the board's runner runs it, read on descriptor 3."""

from __future__ import annotations

import ast
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

WORKERS = Path(__file__).parents[3] / "harness" / "runtimes" / "workers"
WORKER = WORKERS / "onnxruntime_worker.py"
SIZE = 64
INPUT = np.linspace(-1, 1, SIZE, dtype="<f4").reshape(1, SIZE)
WEIGHTS = np.arange(SIZE * SIZE, dtype="<f4").reshape(SIZE, SIZE) / (SIZE * SIZE)


@dataclass(frozen=True)
class Report:
    """What came over descriptor 3: the lines, and the two outputs."""

    lines: list[list[str]]
    before: bytes
    after: bytes

    def of(self, key: str) -> list[list[str]]:
        """The words behind `key`, line by line."""
        return [words[1:] for words in self.lines if words[0] == key]


def _model() -> bytes:
    node = helper.make_node("MatMul", ["x", "w"], ["y"])
    graph = helper.make_graph(
        [node],
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, SIZE])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, SIZE])],
        [helper.make_tensor("w", TensorProto.FLOAT, [SIZE, SIZE], WEIGHTS.tobytes(), raw=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(model.SerializeToString())


def _parse(data: bytes) -> Report:
    """Read the account as the runner does: lines, then two counted pieces, then `done`."""
    lines = []
    pieces = {}
    while data:
        line, _, data = data.partition(b"\n")
        words = line.decode("ascii").split(" ")
        if words[0] == "output":
            size = int(words[2])
            pieces[words[1]], data = data[:size], data[size:]
        else:
            lines.append(words)
    return Report(lines=lines, before=pieces["before"], after=pieces["after"])


def _files(folder: Path, **changes: object) -> list[str]:
    settings = {
        "form": 1,
        "provider": "CPUExecutionProvider",
        "precision": "fp32",
        "input_shape": [1, SIZE],
        "input_type": "float32",
        "spinning": False,
        **changes,
    }
    data = {"config": json.dumps(settings).encode(), "model": _model(), "input": INPUT.tobytes()}
    for name, content in data.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in data]


def _run(argv: list[str], **environment: int) -> tuple[int, bytes, bytes]:
    """Start the worker with the pipe on descriptor 3; returns (status, account, stderr)."""
    settings = {
        "SAMPLES": 5,
        "SAMPLE_MIN_NS": 1_000_000,
        "WARMUP_NS": 5_000_000,
        "THREADS": 1,
        "WINDOW_NS": 0,
        **environment,
    }
    variables = {f"HARNESS_{name}": str(value) for name, value in settings.items()}
    account, write_end = os.pipe()
    with tempfile.TemporaryFile() as log:
        # as the runner starts it: the pipe on 3, everything else closed
        actions = [
            (os.POSIX_SPAWN_DUP2, write_end, 3),
            (os.POSIX_SPAWN_DUP2, log.fileno(), 2),
        ]
        pid = os.posix_spawn(
            sys.executable,
            [sys.executable, str(WORKER), *argv],
            {**os.environ, **variables},
            file_actions=actions,
        )
        os.close(write_end)
        with os.fdopen(account, "rb") as pipe:
            data = pipe.read()
        _, status = os.waitpid(pid, 0)
        log.seek(0)
        return os.waitstatus_to_exitcode(status), data, log.read()


def test_a_repetition_reports_samples_that_are_long_enough(tmp_path: Path) -> None:
    status, data, words = _run(_files(tmp_path))
    assert (status, words) == (0, b"")
    report = _parse(data)
    assert [words[0] for words in report.lines[:4]] == [
        "runtime",
        "executed",
        "iterations",
        "load_ns",
    ]
    assert report.lines[-1] == ["done"]
    assert report.of("executed") == [["fp32"]]
    samples = [[int(word) for word in line] for line in report.of("sample")]
    assert len(samples) == 5
    for (begin, end, cpu), following in zip(samples, [*samples[1:], None], strict=True):
        assert end > begin
        assert cpu > 0
        assert following is None or following[0] >= end
    ((iterations, _, warmup),) = report.of("iterations")
    assert int(iterations) >= 1
    assert int(warmup) >= 3


def test_both_outputs_are_the_models(tmp_path: Path) -> None:
    _, data, _ = _run(_files(tmp_path))
    report = _parse(data)
    wanted = INPUT @ WEIGHTS
    for piece in (report.before, report.after):
        np.testing.assert_allclose(np.frombuffer(piece, "<f4"), wanted[0], rtol=1e-4, atol=1e-5)


def test_a_window_is_one_sample_with_its_inferences(tmp_path: Path) -> None:
    _, data, _ = _run(_files(tmp_path), WINDOW_NS=30_000_000)
    report = _parse(data)
    ((begin, end, _),) = [[int(word) for word in line] for line in report.of("sample")]
    assert end - begin >= 30_000_000
    (inferences,) = report.of("inferences")
    assert int(inferences[0]) > 1
    order = [words[0] for words in report.lines]
    assert order.index("inferences") < order.index("sample")


def test_two_threads_are_taken(tmp_path: Path) -> None:
    status, data, _ = _run(_files(tmp_path), THREADS=2)
    assert status == 0
    assert _parse(data).of("executed") == [["fp32"]]


def test_a_provider_that_is_not_there_is_not_claimed(tmp_path: Path) -> None:
    _, data, _ = _run(_files(tmp_path, provider="CUDAExecutionProvider"))
    assert _parse(data).of("executed") == [["fp32@CPUExecutionProvider"]]


def test_a_model_that_cannot_be_loaded_is_one_line_and_no_account(tmp_path: Path) -> None:
    argv = _files(tmp_path)
    (tmp_path / "model").write_bytes(b"not a model")
    status, data, words = _run(argv)
    assert status == 1
    assert data == b""
    assert words.startswith(b"onnxruntime worker: ")


@pytest.mark.parametrize("path", sorted(WORKERS.glob("*.py")), ids=lambda path: path.name)
def test_workers_are_python_3_6_with_the_runtime_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 6))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    froms = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    foreign = (names | froms) - set(sys.stdlib_module_names)
    assert foreign <= {"numpy", "onnxruntime"}
