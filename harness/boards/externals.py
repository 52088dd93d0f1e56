"""`externals:` of boards.yaml and harness.yaml to declarations; runs and reads no program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.config.document import Document, load
from harness.config.external_model import GoldenModel, ProjectModel
from harness.config.schema import validate
from harness.errors import ConfigError
from harness.records.external import GOLDEN, OWN, External

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.config.external_model import ExternalModel

PROJECT = "harness.yaml"


def declared(
    document: Document,
    models: Mapping[str, ExternalModel],
    place: tuple[str | int, ...] = ("externals",),
) -> dict[str, External]:
    """Return the programs that stand under `place` of a checked document."""
    folder = str(Path(document.name).resolve().parent)
    return {
        name: _external(name, model, folder, document.where((*place, name, "command")))
        for name, model in models.items()
    }


def of_project(path: Path) -> dict[str, External]:
    """Read harness.yaml; raises ConfigError when it is wrong."""
    document = load(path)
    return declared(document, validate(document, ProjectModel).externals)


def joined(
    inventory: Mapping[str, External], project: Mapping[str, External]
) -> dict[str, External]:
    """Return both together; ConfigError when one name means two programs."""
    for name in sorted(inventory.keys() & project.keys()):
        raise ConfigError(
            f"the program {name!r} is also declared at {inventory[name].where}",
            where=project[name].where,
            do="give one of them another name",
        )
    return {**inventory, **project}


def _external(name: str, model: ExternalModel, folder: str, where: str) -> External:
    golden = model.check.golden if isinstance(model.check, GoldenModel) else ""
    return External(
        name=name,
        command=model.command,
        protocol=model.protocol,
        workload=model.workload or name,
        schemes=model.schemes or (OWN,),
        shapes=model.shapes,
        check=GOLDEN if isinstance(model.check, GoldenModel) else model.check,
        golden=golden,
        tolerance_ppm=model.tolerance_ppm,
        threads=model.threads,
        timeout_s=model.timeout_s or 0,
        folder=folder,
        where=where,
    )
