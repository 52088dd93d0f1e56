"""Measures one network in one process: ours or a peer's. What it answers is judged once.

Knows no goals; who wants a ratio measures both sides again and again.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.bench_networks import ours
from tests.bench_networks.asking import Theirs, ask
from tests.bench_networks.files import Files, UnavailableError
from tests.bench_networks.goals import BINARIZED_SAME, LADDER
from tests.bench_networks.ladder_files import LadderFiles
from tests.bench_networks.larq import LarqFiles
from tests.bench_networks.peers import PEERS

if TYPE_CHECKING:
    from tests.bench_networks.judge import Judgement


class Points:
    """The networks by name, and what is known of their answers."""

    def __init__(self, fashion: Path) -> None:
        self._fashion = fashion
        self._files: dict[str, Files] = {}
        # by network, and by scheme of ours or name of a peer
        self.judged: dict[tuple[str, str], Judgement] = {}

    def files(self, network: str) -> Files:
        """Return the files of a network."""
        if network not in self._files:
            self._files[network] = self._opened(network)
        return self._files[network]

    def _opened(self, network: str) -> Files:
        if network.startswith(LADDER):
            return LadderFiles(network, self._fashion)
        return LarqFiles(network) if network == BINARIZED_SAME else Files(network)

    def ours(self, network: str, scheme: str, *, vectors: bool = False) -> ours.Timed:
        """Time our plan of a network; with `vectors` without the CPU's matrix unit."""
        files, form, key = self.files(network), f"{scheme}.plan", (network, scheme)
        with tempfile.TemporaryDirectory(prefix="bench-networks-") as folder:
            outputs = None if key in self.judged else Path(folder) / "outputs"
            try:
                timed = ours.measure(files.path(form), files.inputs(form), outputs, vectors=vectors)
            except UnavailableError as error:
                return ours.Timed(unavailable=str(error))
            if outputs is not None and not timed.unavailable:
                made = np.fromfile(outputs, "<f4").reshape(len(files.images), -1)
                self.judged[key] = files.judge(made, scheme)
        fault = "" if timed.unavailable else self.judged[key].fault
        return ours.Timed(unavailable=fault) if fault else timed

    def theirs(self, network: str, name: str) -> Theirs:
        """Time a peer on a network."""
        files, peer, key = self.files(network), PEERS[name], (network, name)
        with tempfile.TemporaryDirectory(prefix="bench-networks-") as folder:
            outputs = None if key in self.judged else Path(folder) / "outputs.npy"
            try:
                timed = ask(peer, files.path(peer.form), files.inputs(peer.form), outputs)
            except UnavailableError as error:
                return Theirs(unavailable=str(error))
            if outputs is not None and not timed.unavailable:
                self.judged[key] = files.judge(np.load(outputs), peer.precision)
        fault = "" if timed.unavailable else self.judged[key].fault
        return Theirs(unavailable=fault) if fault else timed
