"""kernels/nets against the numpy reference: bit for bit, on this machine and under emulation."""

from __future__ import annotations

import platform
import struct
import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.networks import birealnet
from harness.networks.binarized_resnet18 import with_check
from harness.networks.graph import Check, Op, PlanNetwork
from tests.helpers import virtual
from tests.networks.conftest import case, small

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

HERE = platform.machine()
FOREIGN = ("aarch64", "arm", "riscv64")
REF_ONLY = "0"


def run(argv: Sequence[Path | str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False)


def agrees(
    program: Sequence[Path | str], folder: Path, network: PlanNetwork, seed: int, *features: str
) -> str:
    paths, wanted = case(folder, network, seed)
    done = run([*program, "run", *paths, *features])
    assert done.returncode == 0, f"{done.returncode}: {done.stderr}"
    assert paths[-1].read_bytes() == wanted
    return done.stdout


@pytest.mark.parametrize("seed", [1, 2])
def test_the_whole_network_is_bit_exact(
    driver: Callable[..., Path], tmp_path: Path, seed: int
) -> None:
    network = with_check(birealnet.build(seed=seed))
    words = agrees([driver(HERE)], tmp_path, network, seed + 10)
    assert "xnor_gemm_w1a1__" in words
    assert "int8_gemm_w8a8__" in words


@pytest.mark.parametrize("width", [8, 32, 64, 72])
def test_padded_bits_count_for_nothing(
    driver: Callable[..., Path], tmp_path: Path, width: int
) -> None:
    agrees([driver(HERE)], tmp_path, small(seed=4, width=width), 5)
    agrees([driver(HERE)], tmp_path, small(seed=4, width=width), 5, REF_ONLY)


def wide(network: PlanNetwork) -> PlanNetwork:
    """The same with multipliers that need 64 bits, and biases that saturate some channels."""
    layers = []
    for layer in network.layers:
        count = len(layer.multiplier) // 4
        numbers = [n << 12 for n in struct.unpack(f"<{count}i", layer.multiplier)]
        packed = struct.pack(f"<{count}i", *numbers)
        scaled = layer.op in (Op.CONV8, Op.BCONV)
        louder = replace(layer, multiplier=packed, shift=layer.shift + 12)
        layers.append(louder if scaled else layer)
    biases = struct.pack("<i", 2**31 - 1) + struct.pack("<i", -(2**31)) + layers[0].bias[8:]
    layers[0] = replace(layers[0], bias=biases)
    return with_check(replace(network, layers=tuple(layers), checks=()))


def test_sums_that_need_64_bits_are_exact(driver: Callable[..., Path], tmp_path: Path) -> None:
    agrees([driver(HERE)], tmp_path, wide(small()), 6)


def test_no_undefined_behaviour(driver: Callable[..., Path], tmp_path: Path) -> None:
    program = driver(HERE, trap=True)
    agrees([program], tmp_path, small(), 7)
    agrees([program], tmp_path, wide(small()), 7)
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
    paths, _ = case(tmp_path, small(seed=3, width=8), 1)
    done = run([driver(HERE), "fuzz", paths[0], str(seed), "500"])
    assert done.returncode == 0, f"{done.returncode}: {done.stderr}"


@pytest.mark.qemu
@pytest.mark.parametrize("target", FOREIGN)
def test_other_architectures_are_bit_exact(
    driver: Callable[..., Path], tmp_path: Path, target: str
) -> None:
    program: list[Path | str] = [virtual.qemu(target), "-cpu", "max", driver(target)]
    agrees(program, tmp_path, small(width=64), 8)
    agrees(program, tmp_path, wide(small()), 8)
    agrees(program, tmp_path, small(), 8, REF_ONLY)
    done = run([*program, "fuzz", tmp_path / "net.plan", "5", "100"])
    assert done.returncode == 0, f"{done.returncode}: {done.stderr}"
