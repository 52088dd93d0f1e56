"""The table of export formats; each is a module with `render(run) -> str`."""

from __future__ import annotations

from typing import Protocol

from harness.errors import ConfigError
from harness.store.exports import bencher, document, gbench, markdown, sheet
from harness.store.reader import StoredRun


class Export(Protocol):
    """One format: text of a whole run."""

    def render(self, run: StoredRun) -> str:
        """Return the file's text."""
        ...


EXPORTS: dict[str, Export] = {
    "json": document,
    "csv": sheet,
    "md": markdown,
    "bencher": bencher,
    "gbench": gbench,
}


def export(run: StoredRun, form: str) -> str:
    """Return the text of `run` in the format named; raises ConfigError for an unknown name."""
    if form not in EXPORTS:
        raise ConfigError(f"no export format {form!r}", do=f"one of: {', '.join(EXPORTS)}")
    return EXPORTS[form].render(run)
