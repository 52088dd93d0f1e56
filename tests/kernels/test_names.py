"""The names of kernels are a grammar: file, C symbol, registry line and label are one word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import pytest

from harness.toolchain.build import KERNELS
from harness.toolchain.sources import parse_isa

if TYPE_CHECKING:
    from pathlib import Path

SCHEME = re.compile(r"(w[1-8]|tern|pot[2-4])a[1-8]|fp32|fp16|bf16|bits")
FAMILIES = ("xnor", "bitwise", "ternary", "bitserial", "lut", "shift", "int8", "float")
OPS = frozenset(
    re.findall(
        r"^#define KIND_(\w+) (?:gemm|conv|map)$",
        (KERNELS / "include" / "kernel.h").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
)
ARCHES = frozenset({"x86_64", "aarch64", "arm", "riscv64"})

_NAME = re.compile(
    r"(?P<family>[a-z0-9]+)_(?P<op>[a-z]+)_(?P<scheme>[a-z0-9]+)__(?P<isa>[a-z0-9]+)"
)
_LINE = re.compile(r"^KERNEL\((\w+), (\w+), (\w+), (\w+)\)$")
_SYMBOL = re.compile(r"^const struct (?:gemm|conv|map)_kernel (\w+) = ", re.MULTILINE)
_MACROS = {
    "__x86_64__": "x86_64",
    "__aarch64__": "aarch64",
    "__arm__": "arm",
    "__riscv": "riscv64",
}


class Line(NamedTuple):
    """One line of kernels.def and the architectures of the #if around it."""

    family: str
    op: str
    scheme: str
    isa: str
    arches: frozenset[str]

    @property
    def name(self) -> str:
        return f"{self.family}_{self.op}_{self.scheme}__{self.isa}"


def _registry() -> list[Line]:
    lines, arches = [], ARCHES
    for text in (KERNELS / "include" / "kernels.def").read_text(encoding="utf-8").splitlines():
        if text.startswith("#if"):
            arches = frozenset(_MACROS[name] for name in re.findall(r"defined\((\w+)\)", text))
        elif text.startswith("#endif"):
            arches = ARCHES
        elif found := _LINE.match(text):
            lines.append(Line(found[1], found[2], found[3], found[4], arches))
    return lines


def _isa_arches() -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for token, arch in parse_isa((KERNELS / "isa" / "isa.def").read_text(encoding="utf-8")):
        more = ARCHES if arch == "any" else {arch}
        table[token] = table.get(token, frozenset()) | more
    return table


def _kernel_files() -> list[Path]:
    return [file for family in FAMILIES for file in sorted((KERNELS / family).glob("*.c"))]


def test_there_are_kernels() -> None:
    assert {line.scheme for line in _registry()} >= {"w1a1", "w8a8", "fp32"}
    assert {"gemm", "gemv", "conv"} <= OPS


def test_no_line_of_the_registry_escapes_the_pattern() -> None:
    text = (KERNELS / "include" / "kernels.def").read_text(encoding="utf-8")
    assert len(re.findall(r"^KERNEL", text, re.MULTILINE)) == len(_registry())


@pytest.mark.parametrize("file", _kernel_files(), ids=lambda file: file.stem)
def test_a_file_is_named_by_the_grammar(file: Path) -> None:
    found = _NAME.fullmatch(file.stem)
    assert found, f"{file.name} is not <family>_<op>_<scheme>__<isa>.c"
    assert found["family"] == file.parent.name
    assert found["op"] in OPS
    assert SCHEME.fullmatch(found["scheme"])
    assert found["isa"] in _isa_arches()


@pytest.mark.parametrize("file", _kernel_files(), ids=lambda file: file.stem)
def test_a_file_exports_its_own_name_and_nothing_else(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert _SYMBOL.findall(text) == [file.stem]
    functions = re.findall(
        r"^(?!static|TILE_INLINE|#|enum|struct|typedef)\w[\w *]*\(", text, re.MULTILINE
    )
    macros = [name for name in functions if name.rstrip("(").isupper()]
    assert [name for name in functions if name not in macros] == []


def test_files_and_registry_lines_are_the_same_set() -> None:
    names = [line.name for line in _registry()]
    assert len(names) == len(set(names))
    assert set(names) == {file.stem for file in _kernel_files()}


@pytest.mark.parametrize("line", _registry(), ids=lambda line: line.name)
def test_a_line_stands_where_its_isa_is(line: Line) -> None:
    # else a file is compiled for an architecture on which nobody can call it, or the link fails
    assert line.arches == _isa_arches()[line.isa]


def test_ref_comes_first_within_its_kernel() -> None:
    first: dict[tuple[str, str], str] = {}
    for line in _registry():
        first.setdefault((line.op, line.scheme), line.isa)
    assert set(first.values()) == {"ref"}


def test_needed_features_exist() -> None:
    features = set(
        re.findall(r"^ +(ISA_\w+) =", (KERNELS / "isa" / "isa.h").read_text("utf-8"), re.MULTILINE)
    )
    needs = re.findall(
        r"^ISA\(\w+, \w+, ([^,]+),", (KERNELS / "isa" / "isa.def").read_text("utf-8"), re.MULTILINE
    )
    named = {name for text in needs for name in re.findall(r"ISA_\w+", text)}
    assert named
    assert named <= features


def test_every_feature_has_a_name_for_the_mask() -> None:
    features = re.findall(
        r"^ +(ISA_\w+) =", (KERNELS / "isa" / "isa.h").read_text("utf-8"), re.MULTILINE
    )
    table = (KERNELS / "isa" / "isa.c").read_text(encoding="utf-8")
    assert [name for name in features if f'{{{name}, "{name[4:].lower()}"}}' not in table] == []


def test_planted_defects_are_not_in_the_registry() -> None:
    assert "planted" not in (KERNELS / "include" / "kernels.def").read_text(encoding="utf-8")
