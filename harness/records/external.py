"""A program of the user's own as he declared it; where the declaration stood, what it may hold."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "external:"
# a scheme for programs that work in none of ours
OWN = "own"
REFERENCE, GOLDEN, UNCHECKED = "reference", "golden", "unchecked"
WORKER, GBENCH, PLAIN = "worker", "google-benchmark", "plain"


@dataclass(frozen=True, kw_only=True)
class External:
    """One entry of `externals:` in boards.yaml or harness.yaml; a suite only names it.

    `workload` is an op of ours (then `shapes` are of it), a network of ours, or a word of the
    user's own. `folder` is where words of the command that begin with `./` or `../` lie.
    """

    name: str
    command: tuple[str, ...]
    protocol: str
    workload: str
    schemes: tuple[str, ...]
    shapes: tuple[str, ...] = ()
    check: str
    golden: str = ""
    tolerance_ppm: int = 0
    threads: bool = False
    timeout_s: int = 0  # 0: as all other items
    folder: str = ""
    where: str = ""  # file:line:column of the command

    @property
    def runtime(self) -> str:
        """The name a suite and a record know it by."""
        return PREFIX + self.name


def external_name(runtime: str) -> str:
    """Return NAME of `external:NAME`; "" for every other runtime."""
    return runtime.removeprefix(PREFIX) if runtime.startswith(PREFIX) else ""
