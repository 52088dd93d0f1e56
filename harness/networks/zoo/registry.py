"""The reference networks by name, and `prepare`: made once, then read back from the cache."""

from __future__ import annotations

import hashlib
import importlib.metadata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import NetworkError
from harness.networks.preparing.prepared import Prepared, key_of, load, store
from harness.networks.zoo import binarized_resnet18, photo_networks
from harness.networks.zoo.ladder_network import LADDER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.networks.preparing.network import Network

NETWORKS: dict[str, Network] = {
    "binarized_resnet18": binarized_resnet18,
    **LADDER,
    "resnet18": photo_networks.RESNET18,
    "squeezenet1_0": photo_networks.SQUEEZENET1_0,
    "squeezenet1_1": photo_networks.SQUEEZENET1_1,
    "squeezenet1_1_dual": photo_networks.SQUEEZENET1_1_DUAL,
}

# seeded inputs in use: enough that no board meets one input only, and the cache stays bounded
INPUTS = 16


def find(
    name: str, scheme: str, form: str = "", *, among: Mapping[str, Network] = NETWORKS
) -> Network:
    """Return the network `name`; NetworkError when it, its scheme or that form is unknown."""
    if name not in among:
        raise NetworkError(f"no network {name!r}", do=f"known networks: {', '.join(among)}")
    network = among[name]
    if scheme not in network.schemes:
        known = ", ".join(network.schemes)
        raise NetworkError(f"{name} has no scheme {scheme!r}", do=f"its schemes: {known}")
    if form and form not in network.schemes[scheme]:
        known = ", ".join(network.schemes[scheme])
        raise NetworkError(f"{name} {scheme} has no form {form!r}", do=f"its forms: {known}")
    return network


def with_plan(name: str) -> str:
    """Return the first scheme of `name` that our runner can carry out; NetworkError if none."""
    schemes = find(name, next(iter(NETWORKS[name].schemes)) if name in NETWORKS else "").schemes
    for scheme, forms in schemes.items():
        if "plan" in forms:
            return scheme
    raise NetworkError(f"{name} has no form that our runner carries out")


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


def prepare(
    name: str,
    scheme: str,
    batch: int = 1,
    *,
    form: str = "",
    input_seed: int = 0,
    among: Mapping[str, Network] = NETWORKS,
) -> Prepared:
    """Return the network ready to push, from the cache or made now (seconds).

    `form` is `plan` or `onnx`; "" takes the scheme's first. Nothing is downloaded: `settle` does
    that before; `Prepared.weights` says what they are. Seeded inputs repeat after INPUTS seeds.
    `among`: where to look, which is the registry, or a file of the user's under its name.
    Raises NetworkError for what is not there.
    """
    network = find(name, scheme, form, among=among)
    form = form or network.schemes[scheme][0]
    fault = network.batch_fault(form, batch)
    if fault:
        raise NetworkError(f"{name} at batch {batch}: {fault}")
    seed = input_seed % INPUTS if network.uses_seed() else 0
    key = _key(network, name, scheme, form, batch, seed)
    ready = load(key)
    if ready is not None:
        return ready
    at_hand = network.weights_at_hand()
    made = network.make(scheme, form, batch, input_seed=seed)
    # a damaged weights file is found out only now: what was made is not what the key says
    if made.weights == at_hand:
        store(key, made)
    return made


def _key(network: Network, name: str, scheme: str, form: str, batch: int, input_seed: int) -> str:
    return key_of(
        {
            "name": name,
            "scheme": scheme,
            "form": form,
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
    """Hash of the whole room's files: whoever changes a builder gets new networks."""
    seen = hashlib.sha256()
    room = Path(__file__).parents[1]
    for path in sorted(room.rglob("*.py")):
        seen.update(path.relative_to(room).as_posix().encode() + b"\0" + path.read_bytes())
    return seen.hexdigest()
