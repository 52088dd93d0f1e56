from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING

import pytest

from harness.errors import ToolchainError
from harness.toolchain import zig
from harness.toolchain.targets import TARGETS

if TYPE_CHECKING:
    from pathlib import Path


def test_a_missing_zig_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", absent)
    with pytest.raises(ToolchainError, match=r"pip install 'lowbit-edge-harness\[toolchain\]'"):
        zig.version()


def test_the_cache_is_the_users_unless_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HARNESS_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert zig.cache_root() == tmp_path / ".cache" / "harness"
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "other"))
    assert zig.cache_root() == tmp_path / "other"


def test_a_compiler_error_carries_file_and_words(
    kernels: Path, own_cache: Path, tmp_path: Path
) -> None:
    (kernels / "xnor/bad.c").write_text("int x = y;\n")
    with pytest.raises(ToolchainError, match="undeclared identifier") as caught:
        zig.compile_object(kernels, "xnor/bad.c", TARGETS["x86_64"].flags, tmp_path / "bad.o")
    assert caught.value.where == "xnor/bad.c"
