"""The loop that times every Python runtime, with a worker that needs no runtime at all."""

from __future__ import annotations

import ast
import itertools
import sys
from pathlib import Path

import pytest

from tests.helpers.pythons import interpreters, version
from tests.runtimes.workers import rig

# counts, says so in its output, and knows of two slots
WORKER = """
import struct, time
NAME = "counting"
class Network:
    version = "7.1"
    count = 0
    log = ""
    def infer(self):
        self.count += 1
        time.sleep(0.0004)
        return self.count
    def start(self, slot):
        self.log += "s{}".format(slot)
    def finish(self, slot):
        self.log += "f{}".format(slot)
        return self.infer()
    def executed(self):
        return "fp32" if len(self.log) % 4 == 0 else "unbalanced"
    def raw(self, output):
        return struct.pack("<i", output)
def open_network(config, threads, input_path, model_paths):
    data = [open(path, "rb").read() for path in (input_path,) + tuple(model_paths)]
    assert data == [b"i", b"m", b"n"]
    return Network()
"""


def run(
    folder: Path, python: str = sys.executable, inflight: int = 1, **environment: int
) -> rig.Report:
    worker = folder / "worker"
    worker.write_text(WORKER)
    paths = rig.files(folder, {"inflight": inflight}, b"i", b"m", b"n")
    status, data, words = rig.start(python, worker, paths, **environment)
    assert (status, words) == (0, b"")
    assert not (folder / "__pycache__").exists()
    return rig.parse(data)


@pytest.mark.parametrize("python", interpreters(), ids=version)
def test_a_repetition_reports_its_samples_on_every_python_there_is(
    tmp_path: Path, python: str
) -> None:
    report = run(tmp_path, python)
    assert [words[0] for words in report.lines[:4]] == [
        "runtime",
        "executed",
        "iterations",
        "load_ns",
    ]
    assert report.lines[-1] == ["done"]
    assert report.executed == "fp32"
    assert report.of("runtime") == [["7.1"]]
    assert len(report.samples) == 5
    ends = [0]
    for begin, end, cpu in report.samples:
        assert end > begin
        assert begin >= ends[-1]
        assert cpu >= 0
        ends.append(end)
    ((iterations, _, warmup),) = report.of("iterations")
    first, last = (int.from_bytes(piece, "little") for piece in (report.before, report.after))
    assert first == int(warmup) + 1
    assert last == int(warmup) + 5 * int(iterations)


def test_a_window_is_one_sample_with_its_inferences(tmp_path: Path) -> None:
    report = run(tmp_path, WINDOW_NS=30_000_000)
    ((begin, end, _),) = report.samples
    assert end - begin >= 30_000_000
    ((inferences,),) = report.of("inferences")
    first, last = (int.from_bytes(piece, "little") for piece in (report.before, report.after))
    assert int(inferences) == last - first + 1 > 1
    order = [words[0] for words in report.lines]
    assert order.index("inferences") < order.index("sample")


def test_in_flight_every_start_has_its_finish_and_samples_are_whole_turns(tmp_path: Path) -> None:
    report = run(tmp_path, inflight=2)
    assert report.executed == "fp32"  # said when starts and finishes are even
    for before, after in itertools.pairwise(report.samples):
        assert after[0] >= before[1]
    ((iterations, _, warmup),) = report.of("iterations")
    assert int(iterations) % 2 == 0
    # one completion opens the clock
    assert int.from_bytes(report.before, "little") == int(warmup) + 2


def test_what_goes_wrong_is_one_line_and_no_account(tmp_path: Path) -> None:
    worker = tmp_path / "worker"
    worker.write_text(WORKER)
    paths = rig.files(tmp_path, {}, b"i", b"m")
    status, data, words = rig.start(sys.executable, worker, paths)
    assert status == 1
    assert data == b""
    assert words.startswith(b"worker: AssertionError")
    assert words.count(b"\n") == 1


@pytest.mark.parametrize("path", sorted(rig.WORKERS.glob("*.py")), ids=lambda path: path.name)
def test_workers_are_python_3_6_with_the_runtime_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 6))
    names = {
        alias.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    froms = {
        (node.module or "").split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
    }
    foreign = (names | froms) - set(sys.stdlib_module_names)
    runtime = {
        "timing": set(),
        "litert_worker": {"ai_edge_litert", "tflite_runtime"},
        "openvino_worker": {"openvino", "ngraph"},
    }
    assert foreign <= {"numpy"} | runtime.get(path.stem, {path.stem.partition("_")[0]})
