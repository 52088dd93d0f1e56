"""kernels/nets against the numpy reference: bit for bit, on this machine and under emulation."""

from __future__ import annotations

import math
import platform
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from harness.networks.lowering.lower import lower
from harness.networks.plans.graph import Border, Check, PlanNetwork
from harness.networks.plans.known import with_check
from harness.networks.zoo import birealnet
from tests.helpers import virtual
from tests.networks.bands import banded
from tests.networks.conftest import case, small
from tests.networks.random_plans import random_plan, signs_plan, wide_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

HERE = platform.machine()
FOREIGN = ("aarch64", "arm", "riscv64")
PORTABLE = "0"
ALL = "0xffffffff"
# every feature up to AVX2 on x86-64, none of the wider ones; harmless elsewhere
NARROW = "0x1f"


def run(argv: Sequence[Path | str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False)


def agrees(
    program: Sequence[Path | str], folder: Path, network: PlanNetwork, seed: int, *more: str
) -> str:
    """Run the plan; its output is the reference's, byte for byte. `more`: features, threads."""
    paths, wanted = case(folder, network, seed)
    done = run([*program, "run", *paths, *more])
    assert done.returncode == 0, f"{network.name}: {done.returncode}: {done.stderr}"
    made = paths[-1].read_bytes()
    if made != wanted:
        seen, told = np.frombuffer(made, "<f4"), np.frombuffer(wanted, "<f4")
        wrong = np.flatnonzero(seen.view(np.int32) != told.view(np.int32))
        pytest.fail(f"{network.name}: {len(wrong)} values differ: {seen[wrong]} {told[wrong]}")
    return done.stdout


def bireal(width: int, seed: int = 4) -> PlanNetwork:
    return with_check(lower(birealnet.build(seed=seed, side=32, width=width, classes=10)).network)


@pytest.mark.parametrize("features", [ALL, NARROW, PORTABLE])
def test_networks_made_at_random_are_bit_exact(
    driver: Callable[..., Path], tmp_path: Path, features: str
) -> None:
    for seed in range(60):
        agrees([driver(HERE)], tmp_path, random_plan(seed), seed, features)


@pytest.mark.parametrize("threads", ["2", "3"])
def test_threads_share_every_kind_of_layer(
    driver: Callable[..., Path], tmp_path: Path, threads: str
) -> None:
    for seed in range(20):
        agrees([driver(HERE)], tmp_path, random_plan(seed), seed, ALL, "1", threads)


@pytest.mark.parametrize("width", [8, 32, 64, 72])
def test_padded_bits_count_for_nothing(
    driver: Callable[..., Path], tmp_path: Path, width: int
) -> None:
    words = agrees([driver(HERE)], tmp_path, bireal(width), 5)
    assert "xnor_conv_w1a1__" in words
    agrees([driver(HERE)], tmp_path, bireal(width), 5, PORTABLE)


@pytest.mark.parametrize("scheme", ["fp32", "fp16"])
def test_sums_of_floats_are_near(driver: Callable[..., Path], tmp_path: Path, scheme: str) -> None:
    for seed in range(20):
        network = random_plan(seed, steps=2, schemes=(scheme,))
        paths, wanted = case(tmp_path, network, seed)
        assert run([driver(HERE), "run", *paths]).returncode == 0
        told = np.frombuffer(wanted, "<f4")
        difference = np.abs(np.frombuffer(paths[-1].read_bytes(), "<f4") - told).max()
        # halves are rounded again after every layer
        assert difference <= (1e-4 if scheme == "fp32" else 2e-2) * np.abs(told).max()


@pytest.mark.parametrize("border", [Border.PLUS_ONE, Border.ZERO, Border.REPLICATE])
def test_batch_norm_before_a_sign_is_a_threshold(
    driver: Callable[..., Path], tmp_path: Path, border: Border
) -> None:
    for seed in range(4):
        for features in (ALL, NARROW, PORTABLE):
            agrees([driver(HERE)], tmp_path, signs_plan(seed, border), seed, features, "1", "2")
    agrees([driver(HERE, trap=True)], tmp_path, signs_plan(5, border), 5)


@pytest.mark.parametrize("adds", [False, True])
@pytest.mark.parametrize("low", [-math.inf, 0.0])
def test_wide_sums_of_floats_are_near(
    driver: Callable[..., Path], tmp_path: Path, low: float, *, adds: bool
) -> None:
    paths, wanted = case(tmp_path, wide_plan(3, low=low, adds=adds), 3)
    told = np.frombuffer(wanted, "<f4")
    for features in (ALL, NARROW, PORTABLE):
        done = run([driver(HERE), "run", *paths, features])
        assert "float_conv_fp32" in done.stdout
        made = np.frombuffer(paths[-1].read_bytes(), "<f4")
        assert np.abs(made - told).max() <= 1e-4 * np.abs(told).max()


def test_no_undefined_behaviour(driver: Callable[..., Path], tmp_path: Path) -> None:
    program = driver(HERE, trap=True)
    for seed in range(20):
        agrees([program], tmp_path, random_plan(seed), 7)
        agrees([program], tmp_path, random_plan(seed), 7, PORTABLE)
    done = run([program, "fuzz", tmp_path / "net.plan", "5", "300"])
    assert done.returncode == 0, done.stderr


def test_a_wrong_known_answer_is_refused(driver: Callable[..., Path], tmp_path: Path) -> None:
    network = small()
    lie = Check(seed=1, output_fnv=network.checks[0].output_fnv ^ 1)
    paths, _ = case(tmp_path, replace(network, checks=(network.checks[0], lie)), 1)
    done = run([driver(HERE), "run", *paths])
    assert done.returncode == 65
    assert "known answer 1" in done.stderr


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_changed_plan_never_ends_in_a_signal(
    driver: Callable[..., Path], tmp_path: Path, seed: int
) -> None:
    paths, _ = case(tmp_path, small(seed=seed), 1)
    done = run([driver(HERE), "fuzz", paths[0], str(seed), "500"])
    assert done.returncode == 0, f"{done.returncode}: {done.stderr}"


@pytest.mark.qemu
@pytest.mark.parametrize("target", FOREIGN)
def test_other_architectures_are_bit_exact(
    driver: Callable[..., Path], tmp_path: Path, target: str
) -> None:
    program: list[Path | str] = [virtual.qemu(target), "-cpu", "max", driver(target)]
    for seed in range(12):
        agrees(program, tmp_path, random_plan(seed), seed)
        agrees(program, tmp_path, random_plan(seed + 12), seed, PORTABLE)
    agrees(program, tmp_path, banded(scheme="w1a1"), 8)
    agrees(program, tmp_path, signs_plan(6), 8)
    agrees(program, tmp_path, bireal(64), 8)
    done = run([*program, "fuzz", tmp_path / "net.plan", "5", "100"])
    assert done.returncode == 0, f"{done.returncode}: {done.stderr}"
