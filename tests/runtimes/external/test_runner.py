"""The runner's side: inputs handed to programs, the oracle's verdict, whole processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.kernels.runner_rig import Rig, Value, kernel, native

if TYPE_CHECKING:
    from pathlib import Path

PRODUCT: dict[str, Value] = {"op": "gemm", "scheme": "w8a8", "m": 4, "n": 6, "k": 8}


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


def program(*args: str, **more: Value) -> dict[str, Value]:
    return {"id": "p", "kind": "program", "arg": args, "tolerance_ppm": 0, **more}


def test_a_program_gets_the_oracles_inputs_and_they_are_gone_afterwards(rig: Rig) -> None:
    log = rig.folder / "seen"
    script = f'cp "$1" {log}.a; cp "$2" {log}.b'
    item = program("/bin/sh", "-c", script, "sh", "case:a", "case:b", **PRODUCT, whole=1)
    done = rig.execute(rig.job("r1", [item]))
    # it printed nothing, so the oracle refuses it
    assert "an output of 0 bytes, want 96" in done.final("p")["words"]
    assert len((rig.folder / "seen.a").read_bytes()) == 4 * 8
    b = (rig.folder / "seen.b").read_bytes()
    assert len(b) == 6 * 8
    assert len(set(b)) > 10  # seeded bytes, not an empty buffer
    assert not list((rig.folder / "runs").glob("*.ref.*"))


def test_the_oracle_is_shared_with_a_kernel_of_the_same_shape(rig: Rig) -> None:
    same: dict[str, Value] = {"op": "gemm", "scheme": "w8a8", "m": 32, "n": 32, "k": 32}
    item = program("/bin/cat", "case:a", **same, whole=1)
    done = rig.execute(rig.job("r1", [kernel("k", "w8a8"), item]))
    assert done.final("k")["status"] == "done"
    assert "an output of 1024 bytes, want 4096" in done.final("p")["words"]


def test_an_op_without_a_told_form_of_inputs_is_refused(rig: Rig) -> None:
    pool: dict[str, Value] = {"op": "popcount", "scheme": "bits", "m": 4, "n": 1, "k": 64}
    done = rig.execute(rig.job("r1", [program("/bin/true", **pool, whole=1)]))
    assert "cannot keep the inputs of popcount" in done.final("p")["words"]


def test_a_whole_process_is_timed_from_outside(rig: Rig) -> None:
    item = program("/bin/sh", "-c", "echo hi", unchecked=1, whole=1, scheme="own")
    done = rig.execute(rig.job("r1", [item]))
    assert done.final("p")["status"] == "done"
    sample = done.of("sample", "p")[0]
    assert len(sample["wall_ns"]) == len(sample["cpu_ns"]) == 8
    assert sample["iterations"] * 20_000 < min(sample["wall_ns"])
    assert (sample["runtime_version"], sample["executed"]) == ("whole process", "own")


def test_short_commands_are_repeated_within_a_sample(rig: Rig) -> None:
    item = program("/bin/true", unchecked=1, whole=1, scheme="own")
    done = rig.execute(rig.job("r1", [item], samples=2, sample_min_ns=30_000_000))
    sample = done.of("sample", "p")[0]
    assert sample["iterations"] > 1
    assert sample["first_ns"] > 0


def test_a_pushed_program_is_made_executable(rig: Rig) -> None:
    name = rig.blob(b"#!/bin/sh\necho hi\n")
    (rig.folder / "blobs" / name).chmod(0o600)
    item = program(f"blob:{name}", unchecked=1, whole=1, scheme="own")
    assert rig.execute(rig.job("r1", [item])).final("p")["status"] == "done"
