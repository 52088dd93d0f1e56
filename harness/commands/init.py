"""`harness init`: hands out the files that make one's own program a runtime; changes no others."""

from __future__ import annotations

from pathlib import Path

import typer

from harness.commands.console import note, out
from harness.errors import ConfigError


def init(
    sdk: Path = typer.Option(
        ..., help="Copy harness_worker.h and harness_worker.py into this folder."
    ),
    force: bool = typer.Option(False, "--force", help="Replace files that differ."),
) -> None:
    """Copy the C header and the Python module by which a program of yours reports its times."""
    from harness.runtimes.sdk_files import sdk_files

    try:
        sdk.mkdir(parents=True, exist_ok=True)
        for name, data in sdk_files().items():
            _copy(sdk / name, data, force=force)
    except OSError as error:
        raise ConfigError(
            f"cannot write there: {error.strerror}", where=str(error.filename or sdk)
        ) from None
    note("declare the program in harness.yaml or boards.yaml: see docs/EXTENDING.md")


def _copy(path: Path, data: bytes, *, force: bool) -> None:
    if path.exists() and path.read_bytes() != data and not force:
        raise ConfigError(
            "another file of that name is there", where=str(path), do="--force replaces it"
        )
    path.write_bytes(data)
    out(str(path))
