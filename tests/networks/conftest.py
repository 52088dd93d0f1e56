"""Networks small enough for every test, trained weights, kernels/nets behind a driver."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.networks.plans.known import with_check
from harness.networks.plans.plan import write_plan
from harness.networks.plans.reference import check_input, run_reference
from harness.networks.sources import seeds, weights
from harness.toolchain import sources
from harness.toolchain.build import KERNELS, build
from tests.networks.random_plans import random_plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.networks.plans.graph import PlanNetwork

_LEFT_OUT = frozenset({"runner", "check", "board", "peak"})
_TRAP = ("-fsanitize=undefined", "-fsanitize-trap=undefined")


def small(seed: int = 2) -> PlanNetwork:
    """A network made at random, with its known answer."""
    return with_check(random_plan(seed))


def seeded_input(network: PlanNetwork, seed: int) -> bytes:
    """Input values as a known answer has them."""
    first = network.tensors[network.input]
    return check_input(seeds.byte_stream(seed, first.h * first.w * first.c))


def case(folder: Path, network: PlanNetwork, seed: int) -> tuple[list[Path], bytes]:
    """Write plan and input into `folder`; returns paths (the output's too) and the answer."""
    data = seeded_input(network, seed)
    plan, given, made = folder / "net.plan", folder / "input", folder / "output"
    plan.write_bytes(write_plan(network))
    given.write_bytes(data)
    return [plan, given, made], run_reference(network, data)


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Return `driver(target, trap=False)`: the program; with trap undefined behaviour kills it."""

    @cache
    def compiled(target: str, *, trap: bool = False) -> Path:
        kernels = tmp_path_factory.mktemp("kernels")
        for room in (p.name for p in KERNELS.iterdir() if p.is_dir() and p.name not in _LEFT_OUT):
            shutil.copytree(KERNELS / room, kernels / room)
        (kernels / "check").mkdir()
        shutil.copy(Path(__file__).with_name("net_driver.c"), kernels / "check")
        with pytest.MonkeyPatch.context() as patch:
            if trap:
                plain = [f for f in sources.BASE_FLAGS if f != "-fno-sanitize=undefined"]
                patch.setattr(sources, "BASE_FLAGS", (*plain, *_TRAP))
            return build(target=target, program="check", kernels_dir=kernels).path

    return compiled


@pytest.fixture(scope="session")
def trained() -> weights.Weights:
    """The trained SqueezeNet weights, fetched when they are not in the user's cache."""
    reason = "" if weights.is_cached() else weights.try_fetch()
    if reason:
        pytest.skip(f"the trained weights of SqueezeNet cannot be fetched here: {reason}")
    return weights.squeezenet_weights()


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder in place of the user's."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    return tmp_path
