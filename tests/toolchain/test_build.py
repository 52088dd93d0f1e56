from __future__ import annotations

import platform
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from harness.errors import ToolchainError
from harness.toolchain import build as room
from harness.toolchain import zig
from harness.toolchain.build import Binary, build
from harness.toolchain.targets import TARGETS
from tests.toolchain.conftest import write_kernels

if TYPE_CHECKING:
    from pathlib import Path

SIZE_MAX_BYTES = 400_000

# e_machine of an ELF header (bytes 18 and 19), and its class (byte 4)
_ELF = {"x86_64": (62, 2), "aarch64": (183, 2), "arm": (40, 1), "riscv64": (243, 2)}
_ET_EXEC = 2  # where it lies is fixed: relocations would be a tenth of it


def _is_static_program_of(binary: Binary, target: str) -> bool:
    data = binary.path.read_bytes()
    kind = int.from_bytes(data[16:18], "little")
    machine = int.from_bytes(data[18:20], "little")
    # no interpreter named = nothing to install on the board
    return (machine, data[4]) == _ELF[target] and kind == _ET_EXEC and b"/ld-" not in data


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_gets_a_static_program(target: str, kernels: Path, own_cache: Path) -> None:
    binary = build(target=target, kernels_dir=kernels)
    assert binary.target == target
    assert _is_static_program_of(binary, target)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="runs an x86_64 program")
def test_the_program_runs_and_knows_no_folder(kernels: Path, own_cache: Path) -> None:
    binary = build(target="x86_64", kernels_dir=kernels)
    done = subprocess.run([binary.path], capture_output=True, check=True)
    assert done.stdout == b"runner/main.c 3\n"
    assert str(kernels.parent).encode() not in binary.path.read_bytes()


def test_check_is_another_program(kernels: Path, own_cache: Path) -> None:
    runner = build(target="x86_64", kernels_dir=kernels)
    check = build(target="x86_64", program="check", kernels_dir=kernels)
    assert check.path.name == "check"
    assert check.sha256 != runner.sha256


def test_two_checkouts_make_the_same_bytes(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shas = set()
    for place in ("here", "quite/another/place"):
        # an object cache each, or the second would only find what the first made
        cache = tmp_path / place / "cache"
        cache.mkdir(parents=True)
        (cache / "zig").symlink_to((own_cache / "zig").resolve())
        monkeypatch.setenv("HARNESS_CACHE", str(cache))
        kernels = write_kernels(tmp_path / place)
        shas.add(build(target="x86_64", kernels_dir=kernels).sha256)
    assert len(shas) == 1


def test_nothing_changed_means_no_compiler(
    kernels: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = build(target="x86_64", kernels_dir=kernels)

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a compiler was started")

    monkeypatch.setattr(zig, "_cc", forbidden)
    assert build(target="x86_64", kernels_dir=kernels) == first


def test_one_changed_file_compiles_alone(kernels: Path, own_cache: Path) -> None:
    build(target="x86_64", kernels_dir=kernels)
    changed = "int k_ref(int);\nint k_ref(int x) { return x + 5; }\n"
    (kernels / "xnor/k__ref.c").write_text(changed)
    said: list[str] = []
    build(target="x86_64", kernels_dir=kernels, progress=said.append)
    assert said == ["[1/1] xnor/k__ref.c", "link runner for x86_64"]


def test_two_boards_of_one_target_share_one_build(kernels: Path, own_cache: Path) -> None:
    said: list[str] = []

    def once(_: int) -> Binary:
        return build(target="x86_64", kernels_dir=kernels, progress=said.append)

    with ThreadPoolExecutor(max_workers=2) as pool:
        first, second = pool.map(once, range(2))
    assert first == second
    work = [words for words in said if "waiting" not in words]
    assert len(work) == len(set(work))
    assert work[-1] == "link runner for x86_64"


def test_a_damaged_program_is_linked_again(kernels: Path, own_cache: Path) -> None:
    first = build(target="x86_64", kernels_dir=kernels)
    first.path.write_bytes(first.path.read_bytes()[:100])
    assert build(target="x86_64", kernels_dir=kernels) == first
    assert first.path.stat().st_size == first.size_bytes


def test_a_failed_build_leaves_nothing_half_done(kernels: Path, own_cache: Path) -> None:
    (kernels / "runner/main.c").write_text("int main(void) { int unused; return 0; }\n")
    with pytest.raises(ToolchainError, match="unused variable"):
        build(target="x86_64", kernels_dir=kernels)
    assert not list(own_cache.glob("build/**/tmp-*"))
    assert not list(own_cache.glob("build/**/runner"))


@pytest.mark.parametrize("target", TARGETS)
def test_the_real_runner_is_small_and_static(target: str) -> None:
    binary = build(target=target)
    assert binary.size_bytes < SIZE_MAX_BYTES
    assert _is_static_program_of(binary, target)


def test_the_kernels_are_the_checkouts() -> None:
    assert (room.KERNELS / "isa" / "isa.def").is_file()
