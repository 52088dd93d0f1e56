"""From a suite to a record, with a program in trtexec's place that keeps to its documented form."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.cli import User

FAKE = Path(__file__).with_name("fake_trtexec.py")
GOOD = {"OK", "SUSPECT"}
SLOW = pytest.mark.slow


class Jetson:
    """A user whose machine has a TensorRT of a kind."""

    def __init__(self, folder: Path) -> None:
        self.user = User(folder)
        self.bin = folder / "tensorrt" / "bin"
        self.bin.mkdir(parents=True)
        self.user.write(
            "boards.yaml",
            f"boards:\n  local: {{dir: {folder}/on-board, runtimes: {{tensorrt: {folder}/tensorrt,"
            f" python: {sys.executable}}}}}\n",
        )
        (folder / "on-board").mkdir()

    def run(self, mode: str = "good", scheme: str = "fp32", device: str = "gpu") -> dict[str, Any]:
        """Return the one row of a run in which trtexec behaves so."""
        text = f"#!{sys.executable}\n" + FAKE.read_text(encoding="utf-8")
        program = self.bin / "trtexec"
        program.write_text(text.replace('MODE = "good"', f'MODE = "{mode}"'))
        program.chmod(0o755)
        matrix = f"  - {{networks: [squeezenet1_1], schemes: [{scheme}], runtimes: [tensorrt],"
        self.user.suite("local", f"{matrix} devices: [{device}]}}", HEAD)
        ended = self.user.harness("run", "suite.yaml", "--no-report")
        assert ended.code in {0, 4}, ended.err
        (row,) = self.user.rows()
        return row

    def calls(self) -> list[list[str]]:
        """Return the options of every call."""
        return [line.split() for line in (self.bin / "calls").read_text().splitlines()]


HEAD = """\
energy: none
protocol: {repetitions_min: 2, repetitions_max: 2, samples: 3, sample_min_ms: 4.0, warmup_ms: 1.0,
  precision: 1.0}
"""


@pytest.fixture
def jetson(tmp_path: Path) -> Jetson:
    return Jetson(tmp_path)


def test_a_network_on_the_gpu(jetson: Jetson) -> None:
    row = jetson.run()
    assert row["status"] in GOOD, row["reasons"]
    assert row["check"]["passed"]
    assert (row["device"], row["precision_executed"]) == ("gpu", "fp32")
    assert row["build"]["runtime"] == "TensorRT v8502"
    assert row["timed_by"].startswith("trtexec's own clock")
    # three inferences of 1.5 ms make a sample of 4 ms or more
    assert row["latency_ns"]["iterations_per_sample"] == 3
    assert row["latency_ns"]["p25"] == pytest.approx(1.5e6)
    assert "cpu_ns" not in row
    build, *runs = jetson.calls()
    assert len(runs) == 2  # one a repetition, the engine was built once
    assert "--noTF32" in build
    assert not {"--fp16", "--int8", "--allowGPUFallback", "--best"} & set(build)
    assert all(word.split("=")[0] != "--onnx" for call in runs for word in call)


@pytest.mark.slow
def test_int8_is_asked_for_and_read_back(jetson: Jetson) -> None:
    row = jetson.run(scheme="w8a8")
    assert row["status"] in GOOD, row["reasons"]
    assert row["precision_executed"] == "w8a8"
    assert "--int8" in jetson.calls()[0]


@pytest.mark.slow
def test_a_dla_that_does_it_all(jetson: Jetson) -> None:
    row = jetson.run(scheme="w8a8", device="dla")
    assert row["status"] in GOOD, row["reasons"]
    assert row["device"] == "dla"
    assert all("--useDLACore=0" in call for call in jetson.calls())


@pytest.mark.parametrize(
    ("mode", "scheme", "device", "executed"),
    [
        ("gpu-fallback", "w8a8", "dla", "w8a8@dla+gpu:1"),
        pytest.param("no-dla", "w8a8", "dla", "w8a8@gpu", marks=SLOW),
        pytest.param("fp32-instead", "w8a8", "gpu", "fp32", marks=SLOW),
        pytest.param("tf32", "fp32", "gpu", "tf32", marks=SLOW),
    ],
)
def test_a_silent_fall_back_is_no_number(
    jetson: Jetson, mode: str, scheme: str, device: str, executed: str
) -> None:
    row = jetson.run(mode, scheme, device)
    assert row["status"] == "INVALID"
    reason = next(r for r in row["reasons"] if r["rule"] == "V28")
    assert reason["words"] == f"asked for {scheme}, executed {executed}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mode", "scheme", "device", "status", "words"),
    [
        ("wrong", "fp32", "gpu", "INVALID", "wrong output"),
        ("good", "fp32", "dla", "FAILED", "a DLA has no fp32"),
        pytest.param("no-network", "fp32", "gpu", "FAILED", "Unsupported operator", marks=SLOW),
        pytest.param("names-only", "fp32", "gpu", "FAILED", "8.2 or later", marks=SLOW),
    ],
)
def test_what_does_not_work_is_said(
    jetson: Jetson, mode: str, scheme: str, device: str, status: str, words: str
) -> None:
    row = jetson.run(mode, scheme, device)
    assert row["status"] == status
    assert words in row["reasons"][0]["words"]


def test_a_board_without_it_says_where_it_was_looked_for(jetson: Jetson) -> None:
    jetson.user.write("boards.yaml", "boards:\n  local: {runtimes: {tensorrt: /nowhere}}\n")
    row = jetson.run()
    assert row["status"] == "SKIPPED"
    assert "no tensorrt at /nowhere on the board" in row["reasons"][0]["words"]
    assert "bin/trtexec" in row["reasons"][0]["words"]
