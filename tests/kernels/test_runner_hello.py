"""`runner hello`: one frame of facts, on real and on faked boards."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest

from tests.kernels.runner_rig import Rig, native, read_frames


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path, native())


def bitwise_crc32c(data: bytes) -> int:
    """The definition, bit by bit, apart from both table-driven ones."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def test_hello_is_one_line_with_a_true_checksum(rig: Rig) -> None:
    done = rig.call("hello")
    assert (done.returncode, done.stderr) == (0, b"")
    match = re.fullmatch(rb"HB1 0 (\d+) ([0-9a-f]{8}) (\{.*\})\n", done.stdout)
    assert match is not None
    assert int(match[1]) == len(match[3])
    assert int(match[2], 16) == bitwise_crc32c(match[3])
    assert json.loads(match[3])["kind"] == "hello"


def test_hello_tells_the_truth_about_itself(rig: Rig) -> None:
    facts = read_frames(rig.call("hello").stdout)[0].payload
    assert facts["runner_sha256"] == hashlib.sha256(rig.runner.read_bytes()).hexdigest()
    assert facts["boot_id"] == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert facts["cores"] >= 1
    assert facts["clock_step_ns"] >= 1
    assert facts["clock_hz"] > 1e7
    assert "run" not in facts


def test_variants_start_with_the_reference_and_obey_the_mask(rig: Rig) -> None:
    full = read_frames(rig.call("hello").stdout)[0].payload
    bare = read_frames(rig.call("hello", "--isa-mask", "none").stdout)[0].payload
    assert bare["features"] == []
    for kernel, names in full["variants"].items():
        assert names[0].endswith("__ref")
        assert set(bare["variants"][kernel]) <= set(names)
    assert any(n.endswith("__ref") for n in bare["variants"]["gemm_w1a1"])


def test_unknown_words_are_refused(rig: Rig) -> None:
    assert rig.call("hello", "--isa-mask", "mmx9").returncode == 2
    assert b"mmx9" in rig.call("hello", "--isa-mask", "mmx9").stderr
    assert rig.call("hello", "--rot").returncode == 2
    assert rig.call("bogus").returncode == 2
    assert rig.call().returncode == 2


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("proc/self/status", "Name:\tqemu-aarch64\nState: R\n", "/proc/self/status"),
        ("proc/thread-self/maps", "00400000-0048 r-xp 0 /usr/bin/qemu-arm\n", "maps"),
        ("proc/device-tree/model", "linux,dummy-virt\0", "linux,dummy-virt"),
        ("proc/cpuinfo", "processor: 0\nCPU implementer : 0x41\nvendor_id : x\n", ""),
    ],
)
def test_an_emulator_is_named(rig: Rig, tmp_path: Path, path: str, text: str, words: str) -> None:
    file = tmp_path / "fake" / path
    file.parent.mkdir(parents=True)
    file.write_text(text)
    facts = read_frames(rig.call("hello", "--root", str(tmp_path / "fake")).stdout)[0].payload
    assert words in facts["emulated"]
    assert facts["clock_source"] == "unknown"
    if words:
        assert facts["emulated"]
