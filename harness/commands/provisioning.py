"""`harness run --provision`: runtimes that a suite wants, into a folder of ours on the boards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.commands.console import note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.session.ready import Ready
    from harness.suite.suite import Suite


def provide(suite: Suite, ready: Sequence[Ready]) -> list[Ready]:
    """Install missing runtimes; one that cannot be stays missing, with the reason said."""
    from harness.boards.pythons import PYTHONS

    wanted = dict.fromkeys(n for block in suite.blocks for n in getattr(block, "runtimes", ()))
    return [
        _with(one, [n for n in wanted if n in PYTHONS and n not in one.facts.runtimes])
        for one in ready
    ]


def _with(ready: Ready, missing: Sequence[str]) -> Ready:
    from harness.boards.provision import install
    from harness.boards.pythons import PYTHONS
    from harness.errors import BoardError

    facts, directory = ready.facts, ready.deployed.directory
    for name in missing:
        note(f"{facts.name}: installing {PYTHONS[name].package} below {directory}/runtimes")
        try:
            more = install(ready.transport, directory, name, board=facts.name)
        except BoardError as error:
            note(str(error))
            absent = {**facts.runtime_absent, name: error.what}
            facts = replace(facts, runtime_absent=absent)
            continue
        facts = replace(
            facts,
            runtimes={**more.found, **facts.runtimes},
            runtime_devices={**more.devices, **facts.runtime_devices},
            runtime_absent={**facts.runtime_absent, **more.absent},
        )
    return replace(ready, facts=facts)
