"""Runs a program of ours on a board under its lease, line by line; measures nothing itself.

For what is no run: the differential checker. It lies among the blobs while it runs and is removed
afterwards; `harness boards --clean` removes what a lost link left there.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from harness.errors import BoardError, LeaseHeldError, LinkError
from harness.session.follow import RUNNER_LEASED
from harness.session.job import holder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.session.ready import Ready
    from harness.toolchain.build import Binary


class HeldProgram:
    """One program on one board: iterate over its lines, then ask for its `status`."""

    def __init__(self, ready: Ready, binary: Binary, words: Sequence[str], limit_s: int) -> None:
        """Describe the call; `limit_s` bounds its life there, whatever happens to the link."""
        self._ready = ready
        self._binary = binary
        self._words = words
        self._limit_s = limit_s
        self.status: int | None = None

    def lines(self) -> Iterator[str]:
        """Push, run and remove the program; LeaseHeldError when somebody else has the board."""
        transport, deployed = self._ready.transport, self._ready.deployed
        path = f"{deployed.directory}/blobs/{self._binary.sha256}"
        transport.run(["mkdir", "-p", f"{deployed.directory}/blobs"])
        transport.put(self._binary.path.read_bytes(), path, mode=0o755)
        hold = (deployed.runner, "hold", deployed.lease, holder(), str(self._limit_s))
        try:
            stream = transport.stream([*hold, path, *self._words])
            try:
                for raw in stream.lines():
                    yield raw.decode(errors="replace").rstrip("\n")
                self.status = stream.status()
                self._judge(stream.stderr().decode(errors="replace").strip()[-300:])
            finally:
                stream.close()
        finally:
            with suppress(LinkError):
                transport.run(["rm", "-f", path])

    def _judge(self, words: str) -> None:
        where = self._ready.facts.name
        if self.status == RUNNER_LEASED:
            raise LeaseHeldError(words.removeprefix("runner: "), where=where, do="try again later")
        if self.status not in {0, 1}:
            raise BoardError(f"the program ended with {self.status}: {words}", where=where)
