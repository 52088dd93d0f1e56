"""A tiny kernels folder, and a cache of its own that shares zig's compiled libc with the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.toolchain import zig

if TYPE_CHECKING:
    from pathlib import Path

_FILES = {
    "isa/isa.def": (
        'ISA(ref, any, 0, "")\n'
        'ISA(avx2, x86_64, ISA_AVX2, "-mavx2")\n'
        'ISA(neon, aarch64, ISA_NEON, "")\n'
        'ISA(neon, arm, ISA_NEON, "-mcpu=generic+v7a+neon+vfp3")\n'
        'ISA(zbb, riscv64, ISA_ZBB, "-mcpu=generic_rv64+m+a+f+d+c+zbb")\n'
    ),
    "include/k.h": "int k_ref(int);\nint k_best(int);\n",
    "xnor/k__ref.c": '#include "../include/k.h"\nint k_ref(int x) { return x; }\n',
    "xnor/k__avx2.c": (
        '#include "../include/k.h"\n#ifndef __AVX2__\n#error no avx2\n#endif\n'
        "int k_best(int x) { return x + 1; }\n"
    ),
    "xnor/k__neon.c": (
        '#include "../include/k.h"\n#ifndef __ARM_NEON\n#error no neon\n#endif\n'
        "int k_best(int x) { return x + 1; }\n"
    ),
    "xnor/k__zbb.c": (
        '#include "../include/k.h"\n#ifndef __riscv_zbb\n#error no zbb\n#endif\n'
        "int k_best(int x) { return x + 1; }\n"
    ),
    "runner/main.c": (
        '#include "../include/k.h"\n#include <stdio.h>\n'
        "int main(int argc, char **argv) {\n    (void)argv;\n"
        '    printf("%s %d\\n", __FILE__, k_ref(argc) + k_best(argc));\n    return 0;\n}\n'
    ),
    "check/main.c": "int main(void) { return 7; }\n",
}


def write_kernels(root: Path) -> Path:
    """Write the tiny kernels folder below `root` and return it."""
    kernels = root / "kernels"
    for name, text in _FILES.items():
        path = kernels / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return kernels


@pytest.fixture
def kernels(tmp_path: Path) -> Path:
    """The tiny kernels folder."""
    return write_kernels(tmp_path)


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache; only zig's own (its libc takes half a minute a target) is the user's."""
    shared = zig.cache_root().absolute() / "zig"
    shared.mkdir(parents=True, exist_ok=True)
    root = tmp_path / "cache"
    root.mkdir()
    (root / "zig").symlink_to(shared)
    monkeypatch.setenv("HARNESS_CACHE", str(root))
    return root
