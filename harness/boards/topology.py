"""Clusters of alike cores out of probed files: big, mid and little, or none when all are alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.config.tree import number

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = {2: ("little", "big"), 3: ("little", "mid", "big")}


def clusters(files: Mapping[str, str]) -> dict[str, tuple[int, ...]]:
    """Return name -> core numbers; empty when the cores are alike or the board does not tell.

    By the kernel's cpu_capacity where it has one, else by the top frequency of each policy.
    """
    strength = _by_capacity(files) or _by_frequency(files)
    levels = sorted(set(strength.values()))
    names = _NAMES.get(len(levels), ())
    return {
        name: tuple(sorted(cpu for cpu, value in strength.items() if value == level))
        for name, level in zip(names, levels, strict=False)
    }


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
    # x86 turbo differs by a bin from core to core: that is no cluster
    if found and max(found.values()) < 1.1 * min(found.values()):
        return {}
    return found
