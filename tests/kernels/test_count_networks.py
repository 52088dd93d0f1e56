"""Layers are counted between marks; tables stand at the end of the page and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.networks.lowering.describe import describe
from harness.networks.lowering.lower import lower
from harness.networks.plans.plan import write_plan
from harness.networks.zoo.resnet18 import resnet18
from tests.count_kernels.trace import TraceError
from tests.count_networks.count import Counted, count, driver
from tests.count_networks.page import HEADING, keep, table, tail
from tests.networks.conftest import seeded_input

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    Counted(name="c1", scheme="w1a1", variant="xnor_gemm_w1a1__neon", macs=1000, instructions=50),
    Counted(name="pool", scheme="", variant="", macs=0, instructions=25),
]


def test_a_table_has_its_sum_last() -> None:
    text = table("n w1a1, arm a15", ROWS).splitlines()
    assert text[-3] == "| c1 | w1a1 | xnor_gemm_w1a1__neon | 1,000 | 50 | 0.0500 |"
    assert text[-2] == "| pool |  |  |  | 25 |  |"
    assert text[-1] == "| all |  |  | 1,000 | 75 | 0.0750 |"


def test_tables_replace_those_that_were_there() -> None:
    first = keep("# Kernels\n\n| a |\n", ["old rows"])
    again = keep(first, ["two"])
    assert again.startswith("# Kernels\n\n| a |\n\n" + HEADING)
    assert ("old rows" in again, again.endswith("two\n")) == (False, True)
    assert tail(again).startswith(HEADING)
    assert tail("# Kernels\n") == ""


@pytest.mark.slow
@pytest.mark.qemu
def test_every_layer_of_a_network_is_counted(tmp_path: Path) -> None:
    lowered = lower(resnet18(side=32))
    layers = describe(lowered)
    plan, given = tmp_path / "plan", tmp_path / "input"
    plan.write_bytes(write_plan(lowered.network))
    given.write_bytes(seeded_input(lowered.network, 1))
    program = driver("aarch64")
    rows = count([program, plan, given], "aarch64", "cortex-a53", layers)
    assert [(r.name, r.macs) for r in rows] == [(info.name, info.macs) for info in layers]
    assert all(r.variant.startswith("float_") == bool(r.macs) for r in rows)
    # four products an instruction at best, and nothing wasted by the dozen
    assert all(r.macs / 4 < r.instructions < r.macs * 4 for r in rows if r.macs > 1_000_000)
    with pytest.raises(TraceError, match="layers were marked"):
        count([program, plan, given], "aarch64", "cortex-a53", layers[1:])
    given.write_bytes(b"short")
    with pytest.raises(TraceError, match="status 65"):
        count([program, plan, given], "aarch64", "cortex-a53", layers)
