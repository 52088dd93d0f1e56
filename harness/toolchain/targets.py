"""The machines a runner exists for, and how zig is told about each; one line per target."""

from __future__ import annotations

from dataclasses import dataclass

from harness.errors import ToolchainError


@dataclass(frozen=True, kw_only=True)
class Target:
    """One kind of machine; `arch` is the word that `kernels/isa/isa.def` uses for it."""

    name: str
    arch: str
    triple: str
    cpu: str

    @property
    def flags(self) -> tuple[str, ...]:
        """Compiler flags of a file that needs no special instructions."""
        return ("-target", self.triple, self.cpu)


_TABLE = (
    Target(
        name="x86_64",
        arch="x86_64",
        triple="x86_64-linux-musl",
        cpu="-mcpu=x86_64",
    ),
    Target(
        name="aarch64",
        arch="aarch64",
        triple="aarch64-linux-musl",
        cpu="-mcpu=generic",
    ),
    # ARMv6 with VFPv2 is what a Pi 1 and a Pi Zero have; zig's own default dies there
    Target(
        name="arm",
        arch="arm",
        triple="arm-linux-musleabihf",
        cpu="-mcpu=arm1176jzf_s",
    ),
    Target(
        name="riscv64",
        arch="riscv64",
        triple="riscv64-linux-musl",
        cpu="-mcpu=generic_rv64+m+a+f+d+c",
    ),
)

TARGETS: dict[str, Target] = {target.name: target for target in _TABLE}


def find(name: str) -> Target:
    """Return the target called `name`; ToolchainError lists the known ones."""
    if name not in TARGETS:
        raise ToolchainError(
            f"no runner exists for {name!r}", do=f"known targets: {', '.join(TARGETS)}"
        )
    return TARGETS[name]
