"""Asks a peer: its worker in a process and an environment of its own, one JSON object each way."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.bench_common import environments
from tests.bench_common.program import ROOT
from tests.bench_networks.peers import Peer

LIMIT_S = 300.0


@dataclass(frozen=True, kw_only=True)
class Theirs:
    """One result of a peer; `unavailable` in place of a number."""

    ns: float = 0.0
    name: str = ""
    unavailable: str = ""


def ask(peer: Peer, model: Path, images: Path, outputs: Path | None) -> Theirs:
    """Time `peer` on the first of `images`; `outputs` gets the answers to all of them."""
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
