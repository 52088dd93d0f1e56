"""A suite file to a Suite, and the built-in suites by name."""

from __future__ import annotations

from pathlib import Path

import harness
from harness.config.document import Document
from harness.config.document import load as load_document
from harness.config.schema import suggestion, validate
from harness.config.suite_model import (
    ExternalBlockModel,
    KernelBlockModel,
    NetworkBlockModel,
    SuiteModel,
)
from harness.errors import ConfigError
from harness.records.scenario import periodic, sustained
from harness.suite.suite import Block, ExternalBlock, KernelBlock, NetworkBlock, Suite


def load(path: Path) -> Suite:
    """Read a suite file; raises ConfigError with file:line:column of each fault."""
    return from_document(load_document(path))


def from_document(document: Document) -> Suite:
    """Check a document and turn it into a Suite."""
    model = validate(document, SuiteModel)
    overrides = model.protocol.model_dump(exclude_none=True)
    return Suite(
        name=model.suite,
        boards=model.boards,
        blocks=tuple(_block(block) for block in model.matrix),
        profile=model.profile,
        modes=model.modes,
        energy=model.energy,
        overrides=overrides,
        positions={path: document.where(path) for path in document.marks},
    )


def _block(model: KernelBlockModel | NetworkBlockModel | ExternalBlockModel) -> Block:
    if isinstance(model, ExternalBlockModel):
        return ExternalBlock(**model.model_dump())
    values = model.model_dump(exclude={"sustained", "periodic"})
    long_runs = tuple(
        scenario(value)
        for scenario, value in ((sustained, model.sustained), (periodic, model.periodic))
        if value is not None
    )
    kind = KernelBlock if isinstance(model, KernelBlockModel) else NetworkBlock
    return kind(**values, long_runs=long_runs)


def built_in() -> dict[str, Path]:
    """Return the suites that come along, by name: from the wheel, else from the checkout."""
    package = Path(harness.__file__).parent
    folders = (package / "_suites", package.parent / "suites")
    folder = next((f for f in folders if f.is_dir()), None)
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))} if folder else {}


def find(name: str) -> Path:
    """Return the file of `@local`, `@jetson` ..., or of a plain path; raises ConfigError."""
    if not name.startswith("@"):
        return Path(name)
    known = built_in()
    word = name.removeprefix("@")
    if word not in known:
        words = f"no built-in suite {name!r}{suggestion(word, known)}"
        raise ConfigError(words, do="give @NAME of one of these, or a path")
    return known[word]
