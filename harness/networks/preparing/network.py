"""What a reference network is to the rest of the harness, whatever made it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.networks.models.model import Model
    from harness.networks.preparing.prepared import Prepared


MAX_BATCH = 256


def batch_fault(form: str, batch: int) -> str:
    """Return why a network cannot be had at this batch in this form, or nothing."""
    if form == "plan":
        return "" if batch == 1 else "a plan runs one image at a time"
    return "" if 1 <= batch <= MAX_BATCH else f"batches go from 1 to {MAX_BATCH}"


class Network(Protocol):
    """What an entry of the registry must hold; only its functions may import a heavy package."""

    # scheme -> the forms it can be had in: "plan" (our runner), "onnx" (runtimes)
    @property
    def schemes(self) -> Mapping[str, tuple[str, ...]]: ...
    # of one input, as the report names it
    @property
    def shape(self) -> str: ...
    # packages whose version may change the result
    @property
    def packages(self) -> tuple[str, ...]: ...
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
    # why this batch cannot be had in this form, or nothing
    def batch_fault(self, form: str, batch: int) -> str: ...
    # the layers in real numbers, as they are at this scheme
    def model(self, scheme: str) -> Model: ...
    # the slow part
    def make(self, scheme: str, form: str, batch: int, *, input_seed: int) -> Prepared: ...
