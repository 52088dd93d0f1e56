"""The wire form of `externals:` in the user's own files, boards.yaml and harness.yaml."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from harness.config.schema import Strict
from harness.config.words import NAME, Name, Scheme, check
from harness.records.shape import MAPS, fits, parse

# `{{` and `}}` stand for the braces themselves
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
VALUES = ("m", "n", "k", "shape", "scheme", "threads")
FILES = ("a", "b", "model", "input")  # paths on the board: words of their own
PRODUCTS = ("gemm", "gemv")
OPS = (*PRODUCTS, "poolgemm", "conv", "dwconv", *sorted(MAPS))
_WORD = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")
_FILE = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")


def _command_word(word: str) -> str:
    check(_WORD, "word of a command: printable and at most 1000 letters")(word)
    for match in PLACEHOLDER.finditer(word):
        name = match.group(1)
        if match.group() in {"{{", "}}"}:
            continue
        if name not in {*VALUES, *FILES}:
            known = ", ".join(f"{{{n}}}" for n in (*VALUES, *FILES))
            raise ValueError(
                f"{match.group()!r:.40} stands for nothing: known are {known}; a brace is {{{{"
            )
        if name in FILES and match.group() != word:
            raise ValueError(f"{match.group()} becomes a path and must be a word of its own")
    return word


class GoldenModel(Strict):
    """A file that the output must be equal to."""

    golden: Annotated[str, AfterValidator(check(_FILE, "path of a file"))]


class ExternalModel(Strict):
    """One program: its command, how it speaks, what it computes and how that is checked."""

    command: Annotated[
        tuple[Annotated[str, AfterValidator(_command_word)], ...], Field(min_length=1)
    ]
    protocol: Literal["worker", "google-benchmark", "plain"]
    workload: Name | None = None
    schemes: tuple[Scheme, ...] = ()
    shapes: tuple[str, ...] = ()
    check: Literal["reference", "unchecked"] | GoldenModel
    tolerance_ppm: Annotated[int, Field(ge=0, le=100_000)] = 0
    threads: bool = False
    timeout_s: Annotated[int, Field(ge=1, le=86_400)] | None = None

    @field_validator("command")
    @classmethod
    def _program(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if value[0].startswith("-") or PLACEHOLDER.search(value[0]):
            raise ValueError(f"{value[0]!r:.82} is no program")
        return value

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        for words in (self._check_fault(), self._shape_fault()):
            if words:
                raise ValueError(words)
        return self

    def _check_fault(self) -> str:
        if self.protocol == "google-benchmark" and self.check != "unchecked":
            return "google-benchmark hands over no output: write `check: unchecked`"
        if self.check == "reference" and self.workload in OPS and self.workload not in PRODUCTS:
            return f"`check: reference` is for {', '.join(PRODUCTS)} and networks of ours"
        if self.check == "reference" and self.workload is None:
            return "`check: reference` wants a `workload`: an op or a network of ours"
        if self.tolerance_ppm and not isinstance(self.check, GoldenModel):
            return "`tolerance_ppm` belongs to a golden file of floats; the reference has its own"
        return ""

    def _shape_fault(self) -> str:
        op = self.workload
        if op not in OPS:
            return f"`shapes` are for ops of ours: {', '.join(OPS)}" if self.shapes else ""
        if not self.shapes or not self.schemes:
            return f"{op} wants `schemes` and `shapes`: what the program can do"
        for shape in self.shapes:
            if not fits(op, shape):
                return f"{shape!r:.82} is no shape of {op}"
            try:
                parse(op, shape)
            except ValueError as error:
                return str(error)
        return ""


def named(value: dict[str, ExternalModel]) -> dict[str, ExternalModel]:
    """Check the names of programs: a suite writes `external:NAME`."""
    for name in value:
        check(NAME, "name of a program: letters, digits, . _ - (at most 64)")(name)
    return value


Externals = Annotated[dict[str, ExternalModel], AfterValidator(named)]


class ProjectModel(Strict):
    """harness.yaml: what belongs to a project and not to a shelf of boards."""

    externals: Externals = Field(default_factory=dict)
