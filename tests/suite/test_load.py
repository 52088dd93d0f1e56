"""Loading suites, and the built-in ones: each loads, plans and is quick enough."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.commands.planning import catalogue
from harness.errors import ConfigError
from harness.suite.estimate import estimate
from harness.suite.load import built_in, find, load
from harness.suite.plan import plan
from harness.suite.suite import KernelBlock, NetworkBlock
from tests.suite.fixtures import HELLO, SENSOR, board


def test_suite_becomes_domain(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text(
        "suite: s\nboards: [tag:x]\nmatrix:\n"
        "  - {ops: [gemm], schemes: [w1a1], shapes: [8x8x8]}\n"
        "  - {networks: [n], schemes: [fp32]}\nprotocol: {samples: 7}\n"
    )
    suite = load(path)
    kernel, network = suite.blocks
    assert isinstance(kernel, KernelBlock)
    assert isinstance(network, NetworkBlock)
    assert suite.overrides == {"samples": 7}
    assert suite.where("matrix", 1, "schemes", 0) == f"{path}:5:31"
    assert suite.where("matrix", 9) == f"{path}:4:3"


def test_find() -> None:
    assert find("@local").name == "local.yaml"
    assert find("some/path.yaml") == Path("some/path.yaml")
    for word in ("@locl", "@../local", "@"):
        with pytest.raises(ConfigError, match="no built-in suite"):
            find(word)


SUITES = (
    "local",
    "kernels",
    "networks",
    "ladder",
    "jetson",
    "arm",
    "riscv",
    "movidius",
    "sustained",
)


def test_built_in_suites_are_there() -> None:
    assert set(built_in()) == set(SUITES)


@pytest.mark.parametrize("name", SUITES)
def test_built_in_suites_plan(name: str) -> None:
    suite = load(find(f"@{name}"))
    made = plan(suite, [board(sensors=(SENSOR,))], catalogue())
    assert suite.name == name
    assert any(not p.skip for p in made.items)
    limit_s = {"quick": 300, "standard": 3600}[suite.profile]
    assert 0 < estimate(made)["pi5"] <= limit_s


def test_local_is_short() -> None:
    hello = replace(
        HELLO,
        cores=2,
        variants={f"gemm_{s}": ("x__ref", "x__avx2") for s in ("w1a1", "w8a8", "fp32")},
    )
    made = plan(load(find("@local")), [board("local", hello=hello)], catalogue())
    assert len(made.items) <= 20
    assert not any(p.skip for p in made.items)
    assert estimate(made)["local"] <= 45
