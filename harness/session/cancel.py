"""Tell a worker that another controller started to stop; it closes its items and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.session.order import spool_name

if TYPE_CHECKING:
    from harness.records.attempts import Begun
    from harness.session.ready import Ready


def cancel(ready: Ready, run: str, begun: Begun) -> bool:
    """Return whether the board knows that attempt and was told; LinkError."""
    name = spool_name(run, begun.board, begun.attempt)
    argv = [ready.deployed.runner, "cancel", name, "--dir", begun.directory]
    return ready.transport.run(argv).status == 0
