"""Gives a plan known answers of its own, so that the runner can refuse wrong results by itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.networks.plans.graph import Check, PlanNetwork
from harness.networks.plans.plan import fnv1a
from harness.networks.plans.reference import check_input, run_reference
from harness.networks.plans.rules import FLOAT_SCHEMES
from harness.networks.sources import seeds

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_exact(network: PlanNetwork) -> bool:
    """Say whether every board gives the same bits: no sum of float products is in it."""
    return all(layer.scheme not in FLOAT_SCHEMES for layer in network.layers)


def with_check(network: PlanNetwork, check_seeds: Iterable[int] = (1,)) -> PlanNetwork:
    """Return `network` with known answers, worked out by the reference; it must be exact."""
    first = network.tensors[network.input]
    answers = []
    for seed in check_seeds:
        data = check_input(seeds.byte_stream(seed, first.h * first.w * first.c))
        answers.append(Check(seed=seed, output_fnv=fnv1a(run_reference(network, data))))
    return replace(network, checks=tuple(answers))
