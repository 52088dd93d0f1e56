"""Runners with a planted defect: from a copy of the kernels, the best variant here changed."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

from harness.boards.hello import parse_hello
from harness.commands.reaching import this_target
from harness.toolchain import build
from harness.transport.frames import FrameReader

if TYPE_CHECKING:
    from pathlib import Path

    from harness.toolchain.build import Binary

FAMILIES = {"w1a1": "xnor", "w8a8": "int8", "fp32": "float"}

# what stands in the place of `run`, which it may call
# the highest byte: beyond the tolerance of floats too
WRONG = "    run(g);\n    ((unsigned char *)g->c)[3] ^= 0x40;\n"
SLOW = "    for (volatile int turn = 0; turn < 2; turn++)\n        run(g);\n"
CRASH = """\
    run(g);
    volatile int *volatile nowhere = (volatile int *)sizeof(int);
    *nowhere = (int)g->m;
"""

_KERNEL = re.compile(r"^(const struct gemm_kernel \w+ = \{)run,", re.MULTILINE)


def good() -> Binary:
    """Return the runner of the checkout for this machine."""
    return build.build(target=this_target())


def best_variant(scheme: str) -> str:
    """Return the name of the GEMM that is taken on this machine."""
    done = subprocess.run([good().path, "hello"], capture_output=True, check=True)
    frame = FrameReader().feed(done.stdout)
    assert frame is not None
    return parse_hello(frame.payload).variants[f"gemm_{scheme}"][-1]


def plant(folder: Path, scheme: str, body: str) -> Binary:
    """Build a runner whose best GEMM of `scheme` does `body`; the reference beside it is whole."""
    kernels = folder / "kernels"
    shutil.copytree(build.KERNELS, kernels)
    file = kernels / FAMILIES[scheme] / f"{best_variant(scheme)}.c"
    text, count = _KERNEL.subn(
        f"static void planted(const struct gemm_args *g) {{\n{body}}}\n\n\\1planted,",
        file.read_text(encoding="utf-8"),
    )
    assert count == 1, file
    file.write_text(text, encoding="utf-8")
    return build.build(target=this_target(), kernels_dir=kernels)
