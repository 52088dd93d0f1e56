"""Clusters of alike cores out of probed files: big, mid and little, or none when all are alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.config.tree import number

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = {2: ("little", "big"), 3: ("little", "mid", "big")}
# cores of one kind differ by a bin of their frequency, and so in what they are rated
_ALIKE = 1.1
_HYBRID = {"/sys/devices/cpu_atom/cpus": 1, "/sys/devices/cpu_core/cpus": 2}


def clusters(files: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """Return name -> core numbers; empty when the cores are alike or the board does not tell.

    By the kinds of core of an x86 CPU that has two, by the kernel's cpu_capacity, or by the top
    frequency of each policy. Ordered from the weakest to the strongest.
    """
    strength = _by_kind(files) or _by_capacity(files) or _by_frequency(files)
    groups = _alike(strength)
    names = _NAMES.get(len(groups), ())
    return {name: tuple(sorted(cpus)) for name, cpus in zip(names, groups, strict=False)}


def core_list(text: str) -> tuple[int, ...]:
    """Return the core numbers of `0,2-3`; () for anything else."""
    found: list[int] = []
    for part in text.split(","):
        match = re.fullmatch(r"([0-9]{1,4})(?:-([0-9]{1,4}))?", part.strip(), re.ASCII)
        if not match:
            return ()
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return tuple(found)


def _alike(strength: Mapping[int, int]) -> list[list[int]]:
    """Group cores whose strengths are within a tenth of their group's weakest, weakest first."""
    groups: list[list[int]] = []
    for cpu in sorted(strength, key=lambda cpu: (strength[cpu], cpu)):
        if groups and strength[cpu] < _ALIKE * strength[groups[-1][0]]:
            groups[-1].append(cpu)
        else:
            groups.append([cpu])
    return groups


def _by_kind(files: Mapping[str, str]) -> dict[int, int]:
    found = {
        cpu: value for path, value in _HYBRID.items() for cpu in core_list(files.get(path, ""))
    }
    return found if len(set(found.values())) > 1 else {}


def _by_capacity(files: Mapping[str, str]) -> dict[int, int]:
    found: dict[int, int] = {}
    for path in files:
        match = re.search(r"/cpu/cpu([0-9]{1,4})/cpu_capacity$", path)
        value = number(files, path)
        if match and value is not None:
            found[int(match.group(1))] = value
    return found


def _by_frequency(files: Mapping[str, str]) -> dict[int, int]:
    found: dict[int, int] = {}
    for path, text in files.items():
        if not re.search(r"/cpufreq/policy[0-9]{1,4}/related_cpus$", path):
            continue
        top = number(files, path.removesuffix("related_cpus") + "cpuinfo_max_freq")
        cpus = [int(word) for word in text.split() if re.fullmatch(r"[0-9]{1,4}", word, re.ASCII)]
        if top is not None:
            found.update(dict.fromkeys(cpus, top))
    return found
