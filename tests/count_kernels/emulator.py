"""Runs kernel calls in the user-mode emulator and counts their instructions; times nothing."""

from __future__ import annotations

import fcntl
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.count_kernels.trace import Call, Reader, TraceError
from tests.helpers.virtual import qemu

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CALLS = 2
_PIPE = 1 << 20
_FLAGS = "in_asm,exec,nochain"


@dataclass(frozen=True, kw_only=True)
class Program:
    """A checker, and the CPU that runs it."""

    path: Path
    target: str
    cpu: str

    def calls(
        self, variant: str, shape: str, epilogue: str = "", *, single: bool = False
    ) -> Sequence[Call]:
        """Return the calls, one after the other; `single`: each block is one instruction."""
        argv: list[str | Path] = [qemu(self.target), "-cpu", self.cpu, "-d", _FLAGS]
        argv += ["-one-insn-per-tb"] if single else []
        argv += [self.path, "--calls", str(CALLS), "--only", variant, "--shapes", shape]
        argv += ["--epilogue", epilogue] if epilogue else []
        reader = Reader()
        # one pipe for both: the mark's address stands before all that it marks
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as running:
            assert running.stdout is not None
            fcntl.fcntl(running.stdout, fcntl.F_SETPIPE_SZ, _PIPE)
            while piece := running.stdout.read1(_PIPE):  # type: ignore[attr-defined]
                reader.feed(piece)
        if running.returncode or reader.words or len(reader.calls) != CALLS:
            words = "; ".join(reader.words[-3:]) or "calls are missing"
            raise TraceError(f"{variant} {shape}: {words} (status {running.returncode})")
        return reader.calls

    def count(self, variant: str, shape: str, epilogue: str = "") -> Call:
        """Return the last call, when every call executed as many instructions."""
        calls = self.calls(variant, shape, epilogue)
        told = {call.instructions for call in calls}
        if len(told) != 1:
            raise TraceError(f"{variant} {shape}: one call is not as the next: {sorted(told)}")
        return calls[-1]
