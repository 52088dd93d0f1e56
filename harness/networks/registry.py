"""The reference networks by name, and `prepare`: made once, then read back from the cache."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from harness.errors import NetworkError
from harness.networks import binarized_resnet18, squeezenet1_1
from harness.networks.prepared import Prepared, key_of, load, store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Network(Protocol):
    """What a module must hold to be a network; only functions may import a heavy package."""

    # scheme -> what runs it: "onnx" (a runtime) or "plan" (the runner itself)
    @property
    def schemes(self) -> Mapping[str, str]: ...
    # of one input, as the report names it
    @property
    def shape(self) -> str: ...
    # packages whose version may change the result
    @property
    def packages(self) -> tuple[str, ...]: ...
    # multiply-adds of one inference by precision
    def macs(self, scheme: str) -> Mapping[str, int]: ...
    # whether trained weights exist anywhere
    @property
    def trained(self) -> bool: ...
    # "trained" or "seeded": what `make` would find now, without the network
    def weights_at_hand(self) -> str: ...
    # download what is missing; failing is no error but the words returned
    def obtain(self) -> str: ...
    # whether the input depends on the seed
    def uses_seed(self) -> bool: ...
    # what the result depends on beyond the arguments
    def state(self) -> tuple[str, ...]: ...
    # why this batch cannot be, or nothing
    def batch_fault(self, batch: int) -> str: ...
    # the slow part
    def make(self, scheme: str, batch: int, *, input_seed: int) -> Prepared: ...


NETWORKS: dict[str, Network] = {
    "binarized_resnet18": binarized_resnet18,
    "squeezenet1_1": squeezenet1_1,
}

# seeded inputs in use: enough that no board meets one input only, and the cache stays bounded
INPUTS = 16


def find(name: str, scheme: str) -> Network:
    """Return the network `name`; NetworkError when it, or its scheme, is unknown."""
    if name not in NETWORKS:
        raise NetworkError(f"no network {name!r}", do=f"known networks: {', '.join(NETWORKS)}")
    network = NETWORKS[name]
    if scheme not in network.schemes:
        known = ", ".join(network.schemes)
        raise NetworkError(f"{name} has no scheme {scheme!r}", do=f"its schemes: {known}")
    return network


def settle(names: Iterable[str], *, say: Callable[[str], None]) -> dict[str, str]:
    """Fetch the trained weights that are missing; afterwards `weights_at_hand` holds for good.

    To be called before a plan is made, whose items are named by their weights. Returns, for each
    of `names` that has trained weights, why it stays seeded ("" = trained). `say` hears of a fetch.
    """
    reasons: dict[str, str] = {}
    for name in dict.fromkeys(names):
        network = NETWORKS.get(name)
        if network is None or not network.trained:
            continue
        reasons[name] = ""
        if network.weights_at_hand() != "trained":
            say(f"{name}: fetching its trained weights, by pinned hash")
            reasons[name] = network.obtain()
    return reasons


def prepare(name: str, scheme: str, batch: int = 1, *, input_seed: int = 0) -> Prepared:
    """Return the network ready to push, from the cache or made now (seconds).

    Nothing is downloaded: `settle` does that before; `Prepared.weights` says what they are. Seeded
    inputs repeat after INPUTS seeds. Raises NetworkError for what the registry does not know.
    """
    network = find(name, scheme)
    fault = network.batch_fault(batch)
    if fault:
        raise NetworkError(f"{name} at batch {batch}: {fault}")
    seed = input_seed % INPUTS if network.uses_seed() else 0
    key = _key(name, scheme, batch, seed)
    ready = load(key)
    if ready is not None:
        return ready
    at_hand = network.weights_at_hand()
    made = network.make(scheme, batch, input_seed=seed)
    # a damaged weights file is found out only now: what was made is not what the key says
    if made.weights == at_hand:
        store(key, made)
    return made


def _key(name: str, scheme: str, batch: int, input_seed: int) -> str:
    network = NETWORKS[name]
    return key_of(
        {
            "name": name,
            "scheme": scheme,
            "batch": batch,
            "input_seed": input_seed,
            "state": network.state(),
            "packages": {package: _version(package) for package in network.packages},
            "code": _code(),
        }
    )


@cache
def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


@cache
def _code() -> str:
    """Hash of this room's own files: whoever changes a builder gets new networks."""
    seen = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        seen.update(path.name.encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()
