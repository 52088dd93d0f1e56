"""The differential checker: what it says of our kernels, and that it finds planted defects."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from harness.toolchain.build import build
from tests.helpers.virtual import qemu
from tests.kernels.models import NEWEST, OTHERS, Model, Verdict, checked, listed, runnable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LIMIT_S = 600.0
# of one target in `make test`; what is left of 40 s is for the extremes, which are never cut short
BUDGET_S = "5"

_COUNTS = re.compile(r"(\d+) ok, (\d+) skipped, (\d+) failed")
_SKIP = re.compile(r"SKIP (\w+) \(cpu lacks [\w ]+\)")

native = pytest.mark.skipif(platform.machine() != "x86_64", reason="runs an x86_64 program")


@pytest.fixture(scope="session")
def checker() -> Path:
    return build(program="check", target="x86_64").path


def _run(argv: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=LIMIT_S)


def _skipped(output: str) -> set[str]:
    return {found[1] for line in output.splitlines() if (found := _SKIP.fullmatch(line))}


def _counts(output: str) -> tuple[int, int, int]:
    found = _COUNTS.fullmatch(output.splitlines()[-1])
    assert found, output
    return int(found[1]), int(found[2]), int(found[3])


@native
def test_every_variant_of_this_cpu_is_right(checker: Path) -> None:
    done = _run([checker, "--budget", BUDGET_S])
    assert done.returncode == 0, done.stdout
    ok, skipped, failed = _counts(done.stdout)
    assert ok >= 7  # what every x86-64 has: ref and portable of three kernels, and popcnt
    assert skipped == len(_skipped(done.stdout))
    assert failed == 0


@native
@pytest.mark.parametrize(
    ("defect", "words"),
    [
        ("wrong", r"at \[\d+\]\[\d+\] want -?\d+ got -?\d+"),
        ("overread", r"signal 11 \(SIGSEGV\)"),
        ("overwrite", r"signal 11 \(SIGSEGV\)|wrote behind a buffer"),
        ("gap", r"wrote \d+ bytes behind row \d+ of C"),
        ("crash", r"signal 11 \(SIGSEGV\)"),
    ],
)
def test_a_planted_defect_is_found_and_named(checker: Path, defect: str, words: str) -> None:
    for seed in ("1", "2", "77"):
        done = _run([checker, "--plant", defect, "--seed", seed])
        assert done.returncode == 1, done.stdout
        first = done.stdout.splitlines()[0]
        assert re.fullmatch(
            rf"FAIL planted_gemm_w8a8__{defect} m=\d+ n=\d+ k=\d+ fill=\d seed={seed} "
            rf"gaps=\d,\d guard=(begin|end): ({words})",
            first,
        ), first
        assert _counts(done.stdout) == (0, 0, 1)


@native
def test_a_failure_can_be_repeated_by_its_seed(checker: Path) -> None:
    runs = {_run([checker, "--plant", "wrong", "--seed", "5"]).stdout for _ in range(2)}
    assert len(runs) == 1


@native
def test_the_mask_takes_variants_away(checker: Path) -> None:
    done = _run([checker, "--list", "--isa-mask", "popcnt"])
    usable = {line.split()[0] for line in done.stdout.splitlines() if line.endswith(" yes")}
    assert {name.rpartition("__")[2] for name in usable} <= {"ref", "portable", "popcnt"}
    assert "xnor_gemm_w1a1__ref" in usable


@native
@pytest.mark.parametrize(
    "words",
    [("--isa-mask", "avx9"), ("--plant", "nothing"), ("--budget", "soon"), ("--seed",), ("hello",)],
)
def test_what_it_does_not_know_it_refuses(checker: Path, words: tuple[str, ...]) -> None:
    done = _run([checker, *words])
    assert done.returncode == 2
    assert words[-1] in done.stderr


@pytest.fixture(scope="module")
def foreign() -> Iterator[dict[str, Future[Verdict]]]:
    """Every newest model's verdict, one process a CPU: emulation takes a minute for some."""
    programs = {m.target: build(program="check", target=m.target).path for m in NEWEST}
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        yield {
            model.name: pool.submit(
                checked,
                [*model.command(programs[model.target]), "--budget", BUDGET_S],
                limit_s=LIMIT_S,
            )
            for model in NEWEST
        }


@pytest.mark.qemu
@pytest.mark.parametrize("model", NEWEST, ids=lambda model: model.name)
def test_every_variant_of_a_foreign_cpu_is_right(
    foreign: dict[str, Future[Verdict]], model: Model
) -> None:
    found = foreign[model.name].result()
    assert found.good, found.words
    assert not found.skipped


@pytest.mark.qemu
@pytest.mark.parametrize("model", [*NEWEST, *OTHERS], ids=lambda model: model.name)
def test_a_cpu_runs_what_it_has_and_nothing_else(model: Model) -> None:
    found = listed(model.command(build(program="check", target=model.target).path))
    assert found == {name: runnable(name, model) for name in found}
    assert {name for name in found if name.endswith("__ref")}


@pytest.mark.qemu
def test_a_crash_under_emulation_has_a_name_too() -> None:
    emulator = qemu("aarch64")
    program = build(program="check", target="aarch64").path
    done = _run([emulator, program, "--plant", "crash"])
    assert done.returncode == 1
    assert "signal 11 (SIGSEGV)" in done.stdout
