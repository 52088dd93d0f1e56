"""Measures every goal in rounds: ours, then what it is held against, again and again."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tests.bench_common import environments
from tests.bench_common.program import ROOT
from tests.bench_networks import ours
from tests.bench_networks.files import Files, UnavailableError
from tests.bench_networks.goals import BINARIZED_SAME
from tests.bench_networks.judge import Judgement, judge
from tests.bench_networks.larq import LarqFiles
from tests.bench_networks.peers import PEERS, Peer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from tests.bench_networks.goals import Goal

LIMIT_S = 300.0


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """One result of a peer; `unavailable` in place of a number."""

    ns: float = 0.0
    name: str = ""
    unavailable: str = ""


@dataclass
class Seen:
    """What all rounds saw, one entry a round."""

    # by network and scheme
    ours: dict[tuple[str, str], list[ours.Timed]] = field(default_factory=dict)
    # by network and scheme of ours, and by peer
    theirs: dict[tuple[str, str, str], list[Theirs]] = field(default_factory=dict)
    # by network and scheme, or network and peer: what the first round's outputs are worth
    judged: dict[tuple[str, str], Judgement] = field(default_factory=dict)


class Bench:
    """The goals, and all that was seen of them so far."""

    def __init__(self, goals: Iterable[Goal]) -> None:
        self.goals = tuple(goals)
        self.seen = Seen()
        self._files: dict[str, Files] = {}

    def files(self, network: str) -> Files:
        """Return the files of a network."""
        if network not in self._files:
            kind = LarqFiles if network == BINARIZED_SAME else Files
            self._files[network] = kind(network)
        return self._files[network]

    def prepare(self, say: Callable[[str], None]) -> None:
        """Make beforehand all that takes long; what cannot be had shows in the rounds."""
        ours.driver()
        wanted = [(goal.network, f"{goal.scheme}.plan") for goal in self.goals]
        wanted += [(goal.against, PEERS[goal.peer].form) for goal in self.goals]
        for network, form in dict.fromkeys(wanted):
            say(f"  {network} {form}")
            with suppress(UnavailableError):
                self.files(network).path(form)
                self.files(network).inputs(form)
        for environment in dict.fromkeys(PEERS[goal.peer].environment for goal in self.goals):
            say(f"  {environment.name}")
            environments.made(environment)

    def round(self, say: Callable[[str], None]) -> None:
        """Measure each network of ours once, and right behind it all that it is held against."""
        for network, scheme in dict.fromkeys((goal.network, goal.scheme) for goal in self.goals):
            say(f"  {network} {scheme}")
            mine = (network, scheme)
            self.seen.ours.setdefault(mine, []).append(self._time_ours(network, scheme))
            for goal in self.goals:
                if (goal.network, goal.scheme) == mine:
                    key = (network, scheme, goal.peer)
                    known = self.seen.theirs.setdefault(key, [])
                    if not (known and known[-1].unavailable):
                        known.append(self._time_theirs(goal.against, PEERS[goal.peer]))

    def _time_ours(self, network: str, scheme: str) -> ours.Timed:
        files, form, key = self.files(network), f"{scheme}.plan", (network, scheme)
        with tempfile.TemporaryDirectory(prefix="bench-networks-") as folder:
            outputs = None if key in self.seen.judged else Path(folder) / "outputs"
            try:
                timed = ours.measure(files.path(form), files.inputs(form), outputs)
                if outputs is not None and not timed.unavailable:
                    made = np.fromfile(outputs, "<f4").reshape(len(files.images), -1)
                    self._judge(key, files, made, scheme)
            except UnavailableError as error:
                return ours.Timed(unavailable=str(error))
        fault = self.seen.judged[key].fault if key in self.seen.judged else ""
        return ours.Timed(unavailable=fault) if fault else timed

    def _time_theirs(self, network: str, peer: Peer) -> Theirs:
        files, key = self.files(network), (network, peer.name)
        with tempfile.TemporaryDirectory(prefix="bench-networks-") as folder:
            outputs = None if key in self.seen.judged else Path(folder) / "outputs.npy"
            try:
                timed = ask(peer, files.path(peer.form), files.inputs(peer.form), outputs)
                if outputs is not None and not timed.unavailable:
                    self._judge(key, files, np.load(outputs), peer.precision)
            except UnavailableError as error:
                return Theirs(unavailable=str(error))
        fault = self.seen.judged[key].fault if key in self.seen.judged else ""
        return Theirs(unavailable=fault) if fault else timed

    def _judge(
        self, key: tuple[str, str], files: Files, made: NDArray[np.float32], precision: str
    ) -> None:
        self.seen.judged[key] = judge(files.truth, made, precision, trained=files.is_trained)


def ask(peer: Peer, model: Path, images: Path, outputs: Path | None) -> Theirs:
    """Time a peer in a process and an environment of its own."""
    home = environments.made(peer.environment)
    if home.python is None:
        return Theirs(unavailable=home.why)
    wanted = {
        "runtime": peer.runtime,
        "settings": peer.settings,
        "model": str(model),
        "images": str(images),
        "outputs": "" if outputs is None else str(outputs),
    }
    argv = [str(home.python), "-m", "tests.bench_networks.worker"]
    own = {"ONEDNN_MAX_CPU_ISA": peer.max_isa} if peer.max_isa else {}
    try:
        done = subprocess.run(
            argv,
            input=json.dumps(wanted),
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
            cwd=ROOT,
            env={**os.environ, **own},
        )
    except subprocess.TimeoutExpired:
        return Theirs(unavailable=f"{peer.name} was not done in {LIMIT_S:.0f} s")
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        return Theirs(unavailable=f"its process ended with {done.returncode}: {last}")
    found = json.loads(done.stdout.splitlines()[-1])
    limit = f", {peer.max_isa} at most" if peer.max_isa else ""
    return Theirs(ns=float(found["ns"]), name=found["peer"] + limit)
