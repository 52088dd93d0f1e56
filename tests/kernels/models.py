"""CPUs to check kernels on, what each of them has, and what the checker says there."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from harness.toolchain.build import KERNELS
from tests.helpers.virtual import qemu

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_LINE = re.compile(
    r"(?:OK +(\w+) \((\d+) checks\)|SKIP (\w+) \(cpu lacks [\w ]+\)|FAIL (\w+) (.*))"
)
_COUNTS = re.compile(r"(\d+) ok, (\d+) skipped, (\d+) failed")
_ISA = re.compile(r"^ISA\((\w+), (\w+), ([\w |]+), ", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Model:
    """One emulated CPU; features as `isa/isa.h` names them, `all` = every one of the target."""

    target: str
    cpu: str
    has: frozenset[str] = frozenset()
    all: bool = False

    @property
    def name(self) -> str:
        """For tables and test ids."""
        return f"{self.target} {self.cpu}"

    def command(self, program: Path) -> list[str | Path]:
        """How the emulator is told to run a program; skips a test where there is none."""
        return [qemu(self.target), "-cpu", self.cpu, program]


def _model(target: str, cpu: str, *has: str) -> Model:
    return Model(target=target, cpu=cpu, has=frozenset(has))


# the newest of a target, first, is what `make test` uses; the others are for `make check-kernels`
NEWEST = (
    Model(target="aarch64", cpu="max", all=True),
    Model(target="arm", cpu="cortex-a15", all=True),
    Model(target="riscv64", cpu="rv64,zbb=true,v=true,zvbb=true,vlen=256", all=True),
)
OTHERS = (
    _model("aarch64", "cortex-a53", "NEON"),
    _model("aarch64", "cortex-a72", "NEON"),
    _model("aarch64", "cortex-a76", "NEON", "DOTPROD", "FP16"),
    _model("aarch64", "neoverse-n1", "NEON", "DOTPROD", "FP16"),
    _model("arm", "arm1176"),
    _model("riscv64", "rv64,zbb=false"),
    _model("riscv64", "rv64", "ZBB"),
    _model("riscv64", "rv64,v=true,vlen=128", "ZBB", "RVV"),
    _model("riscv64", "rv64,v=true,zvbb=true,vlen=512", "ZBB", "RVV", "ZVBB"),
    Model(target="riscv64", cpu="max", all=True),
)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the checker said of all variants of one program on one CPU."""

    status: int
    checks: Mapping[str, int]  # variant -> checks that it passed
    skipped: frozenset[str]
    failed: Mapping[str, str]  # variant -> the checker's words
    counts: tuple[int, int, int] | None  # ok, skipped, failed as its last line has them
    words: str

    @property
    def good(self) -> bool:
        """Nothing failed, and it came to its end."""
        told = (len(self.checks), len(self.skipped), 0)
        return self.status == 0 and not self.failed and self.counts == told


@cache
def needs() -> Mapping[tuple[str, str], frozenset[str]]:
    """Return {(token, architecture): features it needs}, `any` being all architectures."""
    text = (KERNELS / "isa" / "isa.def").read_text(encoding="utf-8")
    return {
        (token, arch): frozenset(re.findall(r"ISA_(\w+)", features))
        for token, arch, features in _ISA.findall(text)
    }


def runnable(variant: str, model: Model) -> bool:
    """Say whether a CPU has what a variant needs, by the table of instruction sets."""
    token = variant.rpartition("__")[2]
    table = needs()
    wanted = table.get((token, model.target), table.get((token, "any")))
    assert wanted is not None, f"{token} is none of {model.target}"
    return model.all or wanted <= model.has


def listed(command: Sequence[str | Path]) -> dict[str, bool]:
    """Return {variant: would it run here} as `check --list` has it."""
    done = subprocess.run([*command, "--list"], capture_output=True, text=True, check=True)
    return {name: word == "yes" for name, word in map(str.split, done.stdout.splitlines())}


def checked(command: Sequence[str | Path], *, limit_s: float) -> Verdict:
    """Run a checker to its end; a program that hangs or dies is a verdict as well."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=limit_s, errors="replace"
        )
    except subprocess.TimeoutExpired:
        return verdict(f"not done in {limit_s:.0f} s", status=-1)
    return verdict(done.stdout, done.stderr, status=done.returncode)


def verdict(output: str, errors: str = "", *, status: int = 0) -> Verdict:
    """Read what a checker printed."""
    found = [m for line in output.splitlines() if (m := _LINE.fullmatch(line))]
    counts = _COUNTS.search(output)
    return Verdict(
        status=status,
        checks={m[1]: int(m[2]) for m in found if m[1]},
        skipped=frozenset(m[3] for m in found if m[3]),
        failed={m[4]: m[5] for m in found if m[4]},
        counts=(int(counts[1]), int(counts[2]), int(counts[3])) if counts else None,
        words=(output + errors).strip(),
    )
