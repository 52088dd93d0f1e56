"""F23: a runtime that is asked for an accelerator it lacks computes on the CPU, and says so."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import TensorProto, helper

from harness.records.board import BoardEntry
from harness.records.item import Item, Plan, Planned, Protocol
from harness.records.measurement import Measurement, Status
from harness.report.text import item_line
from harness.report.verdicts import may_rank
from harness.runtimes import onnxruntime
from harness.session.carry_out import carry_out
from harness.session.events import Closed, Event
from harness.session.judge import Context
from harness.session.link import Control
from harness.session.order import Session
from harness.session.ready import make_ready
from harness.transport.registry import open_transport
from tests.faults.ledger import witness
from tests.helpers import planted
from tests.helpers.cli import User
from tests.runtimes.examples import Network

if TYPE_CHECKING:
    from pathlib import Path

SIZE = 64
INPUT = np.linspace(-1, 1, SIZE, dtype="<f4").reshape(1, SIZE)
WEIGHTS = np.arange(SIZE * SIZE, dtype="<f4").reshape(SIZE, SIZE) / (SIZE * SIZE)
BRIEF = Protocol(
    repetitions_min=2, repetitions_max=2, samples=3, sample_min_ms=1.0, warmup_ms=1.0, precision=1
)


def network() -> Network:
    """One product of a vector and a matrix, with its answer."""
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "tiny",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, SIZE])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, SIZE])],
        [helper.make_tensor("w", TensorProto.FLOAT, [SIZE, SIZE], WEIGHTS.tobytes(), raw=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return Network(
        onnx=bytes(model.SerializeToString()),
        input=INPUT.tobytes(),
        input_shape=(1, SIZE),
        expected=(INPUT @ WEIGHTS).astype("<f4").tobytes(),
        macs_by_precision={"fp32": SIZE * SIZE},
    )


def measured(folder: Path, device: str) -> Measurement:
    """Carry out the network on this machine, as an item of `device`."""
    entry = BoardEntry(
        name="local", dir=str(folder / "board"), runtimes={"onnxruntime": sys.executable}
    )
    binary = planted.good()
    ready = make_ready(entry, open_transport, lambda _: binary)
    item = Item(
        kind="network",
        workload="tiny",
        scheme="fp32",
        shape="1x64",
        runtime="onnxruntime",
        device=device,
        weights="trained",
    )
    plan = Plan(suite="t", protocol=BRIEF, seed=7, items=(Planned(board="local", item=item),))
    context = Context(
        run="r1", plan=plan, facts=ready.facts, environment="env", runner_sha256=binary.sha256
    )
    works = [onnxruntime.describe(item, ready.facts, network(), BRIEF)]
    events: list[Event] = []
    carry_out(Session(ready=ready, context=context, works=works), Control(), events.append)
    ready.link.close()
    (row,) = [e.measurement for e in events if isinstance(e, Closed)]
    return row


def test_the_cpu_is_the_cpu(tmp_path: Path) -> None:
    row = measured(tmp_path, "cpu")
    assert row.status in {Status.OK, Status.SUSPECT}, row.reasons
    assert row.inferences_per_s


@pytest.mark.parametrize("device", ["cuda", "tensorrt"])
def test_a_fall_back_is_never_shown_as_the_accelerator(tmp_path: Path, device: str) -> None:
    provider = onnxruntime.DEVICES[device]
    row = measured(tmp_path, device)
    assert row.status is Status.INVALID
    (words,) = [reason.words for reason in row.reasons if reason.rule == "V28"]
    assert words == "asked for fp32, executed fp32@CPUExecutionProvider"
    assert row.check is not None
    assert row.check.passed  # the output was right: only the place was not
    assert not may_rank(row)
    line = item_line(row)
    assert line.startswith("INVALID")
    assert "CPUExecutionProvider" in line
    assert "/s" not in line
    witness(
        "F23",
        on=f"onnxruntime asked for {provider}",
        saw="fell back to the CPU, read back as CPUExecutionProvider: INVALID (V28), no number"
        " and no rank",
    )


def test_a_device_no_runtime_here_has_is_refused_before_any_board_is_asked(tmp_path: Path) -> None:
    user = User(tmp_path)
    nets = "{networks: [squeezenet1_1], schemes: [fp32], runtimes: [onnxruntime], devices: [gpu]}"
    user.suite("local", f"  - {nets}")
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2, ended.err
    assert "gpu" in ended.err
    assert not user.results.exists()
    witness("F23", on="a suite that asks onnxruntime for a gpu", saw="refused, exit 2, no run")
