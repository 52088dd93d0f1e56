"""Our side: the checker's bench, one variant and one shape a process."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench_kernels.goals import Kernel

LIMIT_S = 120.0


@dataclass(frozen=True, kw_only=True)
class Timed:
    """One result of the bench."""

    variant: str
    ns: float
    per_s: float  # operations, or bytes where reading is the limit
    ops_per_s: float
    unit: str
    share: float  # of what the core could do at most; 0 where nothing says so
    own_share: float  # of what the variant's own instructions could do at most
    limit: str  # the one of own_share


def best_variant(checker: Path, kernel: Kernel) -> str:
    """Return the variant that would be dispatched here, or nothing: the last one that can run."""
    done = subprocess.run([checker, "--list"], capture_output=True, text=True, check=True)
    found = [line.removesuffix(" yes") for line in done.stdout.splitlines() if line[-4:] == " yes"]
    middle = f"_{kernel.op}_{kernel.scheme}__"
    kind = [v for v in found if v.startswith(kernel.family) and middle in v]
    left_out = f"__{kernel.without}"
    return next((v for v in reversed(kind) if not v.endswith(left_out)), "")


def measure(checker: Path, variant: str, shape: str) -> Timed | None:
    """Time one variant on one shape; None when the bench has no such shape for it."""
    words = ["--bench", "--json", "--only", variant, "--shapes", shape]
    done = subprocess.run(
        [checker, *words], capture_output=True, text=True, check=True, timeout=LIMIT_S
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    mine = [row for row in rows if row["variant"] == variant and row["shape"] == shape]
    return _timed(mine[0]) if mine else None


def _timed(row: dict[str, str | float]) -> Timed:
    is_bytes = row["limit"] == "read"
    return Timed(
        variant=str(row["variant"]),
        ns=float(row["ns"]),
        per_s=float(row["bytes_per_s" if is_bytes else "ops_per_s"]),
        ops_per_s=float(row["ops_per_s"]),
        unit="GB/s" if is_bytes else "GOPS",
        share=float(row["peak_share"]),
        own_share=float(row["own_share"]),
        limit=f"own peak {row['own_loop']}" if row["own_loop"] else "no limit known",
    )
