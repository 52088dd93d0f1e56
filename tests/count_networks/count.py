"""Runs a prepared network in the user-mode emulator; counts the instructions of each layer."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.toolchain.build import KERNELS, build
from tests.count_kernels.trace import Reader, TraceError
from tests.helpers.virtual import qemu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.records.layers import LayerInfo

_LEFT_OUT = frozenset({"runner", "check", "board", "peak"})
_PIPE = 1 << 20
_FLAGS = "in_asm,exec,nochain"
_LAYER = "--layer "


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a layer executed, and the kernel that made its products."""

    name: str
    scheme: str
    variant: str
    macs: int
    instructions: int


def driver(target: str) -> Path:
    """Return the driver for this target, built beside copies of the rooms that it needs."""
    with tempfile.TemporaryDirectory() as folder:
        kernels = Path(folder) / "kernels"
        for room in (p.name for p in KERNELS.iterdir() if p.is_dir() and p.name not in _LEFT_OUT):
            shutil.copytree(KERNELS / room, kernels / room)
        (kernels / "check").mkdir()
        shutil.copy(Path(__file__).with_name("driver.c"), kernels / "check")
        return build(target=target, program="check", kernels_dir=kernels).path


def count(
    argv: Sequence[str | Path], target: str, cpu: str, layers: Sequence[LayerInfo]
) -> list[Counted]:
    """Return the layers of the plan that `argv` runs; TraceError when it does not run through."""
    reader = Reader()
    whole = [qemu(target), "-cpu", cpu, "-d", _FLAGS, *argv]
    # one pipe for both: the mark's address stands before all that it marks
    with subprocess.Popen(whole, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
        assert running.stdout is not None
        fcntl.fcntl(running.stdout, fcntl.F_SETPIPE_SZ, _PIPE)
        while piece := running.stdout.read1(_PIPE):  # type: ignore[attr-defined]
            reader.feed(piece)
    names = [w.removeprefix(_LAYER).split(" ")[1] for w in reader.words if w.startswith(_LAYER)]
    others = [w for w in reader.words if not w.startswith(_LAYER)]
    # what follows the last layer is a call too, and nobody's
    found = reader.calls[:-1]
    if running.returncode or others or not len(names) == len(found) == len(layers):
        words = "; ".join(others[-3:]) or f"{len(found)} of {len(layers)} layers were marked"
        raise TraceError(f"{target} {cpu}: {words} (status {running.returncode})")
    return [
        Counted(
            name=info.name,
            scheme=info.scheme,
            variant=variant,
            macs=info.macs,
            instructions=call.instructions,
        )
        for info, variant, call in zip(layers, names, found, strict=True)
    ]
