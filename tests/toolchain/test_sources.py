from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ToolchainError
from harness.toolchain import sources
from harness.toolchain.targets import TARGETS

if TYPE_CHECKING:
    from pathlib import Path


def _paths(kernels: Path, target: str, program: str = "runner") -> list[str]:
    return [s.path for s in sources.collect(kernels, TARGETS[target], program)]


@pytest.mark.parametrize(
    ("target", "token"),
    [("x86_64", "avx2"), ("aarch64", "neon"), ("arm", "neon"), ("riscv64", "zbb")],
)
def test_only_the_files_of_the_target_are_compiled(kernels: Path, target: str, token: str) -> None:
    wanted = {"runner/main.c", f"xnor/k__{token}.c", "xnor/k__ref.c"}
    assert set(_paths(kernels, target)) == wanted


def test_check_takes_the_other_main(kernels: Path) -> None:
    assert _paths(kernels, "x86_64", "check")[0] == "check/main.c"
    assert "runner/main.c" not in _paths(kernels, "x86_64", "check")


def test_flags_of_a_token_apply_to_its_file_only(kernels: Path) -> None:
    by_path = {s.path: s.flags for s in sources.collect(kernels, TARGETS["x86_64"], "runner")}
    assert "-mavx2" in by_path["xnor/k__avx2.c"]
    assert "-mavx2" not in by_path["xnor/k__ref.c"]


def test_cpu_of_a_token_replaces_the_base_cpu(kernels: Path) -> None:
    by_path = {s.path: s.flags for s in sources.collect(kernels, TARGETS["arm"], "runner")}
    cpus = [flag for flag in by_path["xnor/k__neon.c"] if flag.startswith("-mcpu=")]
    assert cpus == ["-mcpu=generic+v7a+neon+vfp3"]


def test_a_header_changes_the_digest_of_the_files_that_include_it(kernels: Path) -> None:
    before = {s.path: s.digest for s in sources.collect(kernels, TARGETS["x86_64"], "check")}
    (kernels / "include/k.h").write_text("int k_ref(int);\nint k_best(int);\n\n")
    after = {s.path: s.digest for s in sources.collect(kernels, TARGETS["x86_64"], "check")}
    assert before["xnor/k__ref.c"] != after["xnor/k__ref.c"]
    assert before["check/main.c"] == after["check/main.c"]


def test_headers_that_include_each_other_end(kernels: Path) -> None:
    (kernels / "include/a.h").write_text('#pragma once\n#include "b.h"\n')
    (kernels / "include/b.h").write_text('#pragma once\n#include "a.h"\n')
    (kernels / "xnor/k__ref.c").write_text('#include "../include/a.h"\n')
    assert sources.collect(kernels, TARGETS["x86_64"], "runner")


def test_a_suffix_without_a_line_is_refused(kernels: Path) -> None:
    (kernels / "xnor/k__avx3.c").write_text("int x;\n")
    with pytest.raises(ToolchainError, match=r"xnor/k__avx3\.c: the suffix __avx3"):
        _paths(kernels, "x86_64")


@pytest.mark.parametrize("name", ["../include/gone.h", "../../outside.h"])
def test_an_include_outside_the_folder_is_refused(kernels: Path, name: str) -> None:
    (kernels.parent / "outside.h").write_text("")
    (kernels / "xnor/k__ref.c").write_text(f'#include "{name}"\n')
    with pytest.raises(ToolchainError, match=r"xnor/k__ref\.c: #include"):
        _paths(kernels, "x86_64")


def test_an_empty_folder_and_an_unknown_program_are_errors(kernels: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ToolchainError, match="no C files"):
        _paths(tmp_path / "empty", "x86_64")
    with pytest.raises(ToolchainError, match="known programs: runner, check"):
        _paths(kernels, "x86_64", "bench")


def test_comments_and_other_lines_are_not_isa_lines() -> None:
    text = '/* ISA(a, any, 0, "") */\n * ISA(b, any, 0, "")\nISA(c, arm, X | Y, "-ma -mb")\n'
    assert sources.parse_isa(text) == {("c", "arm"): ("-ma", "-mb")}


_token = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
_arch = st.sampled_from(["any", "x86_64", "aarch64", "arm", "riscv64"])
_flags = st.lists(st.from_regex(r"-m[a-z0-9+=_]{1,9}", fullmatch=True), max_size=3)


@given(st.dictionaries(st.tuples(_token, _arch), _flags, max_size=6), st.sampled_from(["", " "]))
def test_parse_isa_reads_back_what_was_written(
    table: dict[tuple[str, str], list[str]], pad: str
) -> None:
    lines = [
        f'ISA({token},{pad}{arch},{pad}0 | ISA_X,{pad}"{" ".join(flags)}")'
        for (token, arch), flags in table.items()
    ]
    wanted = {key: tuple(flags) for key, flags in table.items()}
    assert sources.parse_isa("\n".join(lines)) == wanted


@given(st.text(max_size=200))
def test_parse_isa_takes_any_text(text: str) -> None:
    for token, arch in sources.parse_isa(text):
        assert token
        assert arch
