"""A network of ours in an inference engine of the user's own; here his is onnxruntime."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.helpers.cli import User
from tests.runtimes.external.kit import declare, folder, measure

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """\
import sys
import harness_worker
import numpy as np
import onnxruntime
model, data, shape = sys.argv[1:]
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
feed = np.fromfile(data, "<f4").reshape([int(side) for side in shape.split("x")])
name = session.get_inputs()[0].name
def infer():
    return session.run(None, {name: feed})[0]
harness_worker.work(infer, "my engine " + onnxruntime.__version__, "fp32")
"""


@pytest.mark.slow
def test_a_network_is_held_against_its_truth(tmp_path: Path) -> None:
    user = User(tmp_path)
    user.write("engine.py", PROGRAM)
    declare(
        user,
        "engine: {protocol: worker, workload: squeezenet1_1, check: reference, command:"
        f" [{sys.executable}, {folder()}/harness_worker.py, ./engine.py,"
        ' "{model}", "{input}", "{shape}"]}',
    )
    block = "  - {networks: [squeezenet1_1], schemes: [fp32], runtimes: ['external:engine']}"
    row = measure(user, matrix=block)["engine"]
    assert row["status"] in {"OK", "SUSPECT"}, row["reasons"]
    assert row["check"]["passed"]
    assert row["build"]["runtime"].startswith("my engine")
