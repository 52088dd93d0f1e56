from __future__ import annotations

import hashlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ToolchainError
from harness.toolchain import build, find, package
from harness.toolchain.build import Binary


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A folder as the wheel carries it, with one runner."""
    made = tmp_path / "made"
    made.write_bytes(b"\x7fELF runner")
    folder = tmp_path / "_runners"
    sha256 = "0" * 64
    package.write([Binary(path=made, sha256=sha256, size_bytes=11, target="arm")], folder)
    return folder


def _correct(folder: Path) -> None:
    path = folder / find.MANIFEST
    manifest = json.loads(path.read_text())
    data = (folder / "arm" / "runner").read_bytes()
    manifest["runners"]["arm"]["sha256"] = hashlib.sha256(data).hexdigest()
    path.write_text(json.dumps(manifest))


def test_a_ready_made_runner_is_verified_and_found(shipped: Path) -> None:
    _correct(shipped)
    binary = find.ready_made("arm", shipped)
    assert binary.path == shipped / "arm" / "runner"
    assert binary.size_bytes == 11


def test_a_runner_that_is_not_the_manifests_is_refused(shipped: Path) -> None:
    with pytest.raises(ToolchainError, match="not the one the manifest names"):
        find.ready_made("arm", shipped)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"runners": []}', '{"runners": {"arm": 1}}'])
def test_a_bad_manifest_is_no_runner(shipped: Path, text: str) -> None:
    (shipped / find.MANIFEST).write_text(text)
    with pytest.raises(ToolchainError, match="carries no runner for arm"):
        find.ready_made("arm", shipped)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["runners", "arm", "sha256", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_json.map(json.dumps) | st.text(max_size=50))
def test_no_manifest_makes_a_runner_out_of_other_bytes(text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "arm").mkdir()
        (root / "arm" / "runner").write_bytes(b"other")
        (root / find.MANIFEST).write_text(text, encoding="utf-8")
        with pytest.raises(ToolchainError):
            find.ready_made("arm", root)


def test_without_checkout_the_wheels_runner_is_taken(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _correct(shipped)
    monkeypatch.setattr(build, "KERNELS", tmp_path / "absent")
    monkeypatch.setattr(find, "RUNNERS", shipped)
    assert find.runner("arm").path == shipped / "arm" / "runner"
    with pytest.raises(ToolchainError, match="carries no runner for riscv64"):
        find.runner("riscv64")


def test_a_checkout_builds_from_source(
    kernels: Path, own_cache: Path, shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build, "KERNELS", kernels)
    monkeypatch.setattr(find, "RUNNERS", shipped)
    assert find.runner("x86_64").path.is_relative_to(own_cache)


def test_an_unknown_target_is_said_first() -> None:
    with pytest.raises(ToolchainError, match="no runner exists for 'mips'"):
        find.runner("mips")
