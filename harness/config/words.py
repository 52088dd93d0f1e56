"""The grammar of names and short words in suites and inventories, as types for the models."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, BeforeValidator

from harness.records.shape import is_shape

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
SCHEME = re.compile(r"(?:w[1-8]|tern|pot[2-4])a[1-8]|fp32|fp16|bf16|bits", re.ASCII)
CORES = re.compile(r"(?:all|[1-9][0-9]{0,2})(?:@(?:big|mid|little))?", re.ASCII)
NETWORK_FILE = re.compile(r"\./[A-Za-z0-9_][A-Za-z0-9._/-]{0,200}\.(?:onnx|tflite|h5)", re.ASCII)


def check(pattern: re.Pattern[str], wants: str) -> Callable[[str], str]:
    """Return a validator that refuses text the pattern does not match in full."""

    def validator(value: str) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(f"{value!r:.82} is no {wants}")
        return value

    return validator


def _shape(value: str) -> str:
    if not value[:1].isdigit():
        return check(NAME, "shape: write MxNxK, such as 512x512x512, or the name of a set")(value)
    if not is_shape(value):
        raise ValueError(
            f"{value!r:.82} is no shape: write MxNxK (gemm), NxK (gemv) or HxWxCxNk3 (conv)"
        )
    return value


def _network(value: str) -> str:
    if value.startswith(".") and NETWORK_FILE.fullmatch(value) and ".." not in value:
        return value
    return check(NAME, "network: write a name, or a file beside the suite as ./name.onnx")(value)


def _cores(value: object) -> str:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not CORES.fullmatch(text):
        raise ValueError(
            f"{value!r:.82} is no choice of cores: write 1, 4, all, 1@big or all@little"
        )
    return text


_NAME_WANTS = "name: letters, digits, . _ - (at most 64, beginning with a letter or digit)"

Name = Annotated[str, AfterValidator(check(NAME, _NAME_WANTS))]
Scheme = Annotated[
    str, AfterValidator(check(SCHEME, "scheme: write w1a1, w8a8, terna1, pot4a8, fp32, fp16 ..."))
]
Shape = Annotated[str, AfterValidator(_shape)]
Network = Annotated[str, AfterValidator(_network)]
CoreChoice = Annotated[str, BeforeValidator(_cores)]
