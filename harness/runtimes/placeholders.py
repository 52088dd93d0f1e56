"""Words of a user's command as the board gets them: values filled in, files named by their hash."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from harness.errors import ConfigError
from harness.records.item import Blob

if TYPE_CHECKING:
    from collections.abc import Mapping

# the grammar that config.external_model checks
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")


def fill(
    word: str, values: Mapping[str, str], files: Mapping[str, Blob], pushed: bytes | None
) -> tuple[str, Blob | None]:
    """Return a word as an `arg` of the JOB, and the blob it names, if it names one.

    `values` and `files` are what the item has; ConfigError for a placeholder it has not. `pushed`
    is the content of the file that the word itself names.
    """
    if pushed is not None:
        return _blob(Blob.of(pushed))
    whole = _PLACEHOLDER.fullmatch(word)
    if whole is not None and whole.group(1) in files:
        return _blob(files[whole.group(1)])
    text = _PLACEHOLDER.sub(lambda match: _value(match, values), word)
    # only our own values may speak to the runner
    if text.startswith(("blob:", "case:")) and not (whole and whole.group(1) in values):
        raise ConfigError(
            f"the word {word!r:.82} of a command would be taken for a file of ours",
            do="write the option and its value as one word, or give the file another name",
        )
    return text, None


def _blob(blob: Blob) -> tuple[str, Blob]:
    return f"blob:{blob.sha256}", blob


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    if match.group() in {"{{", "}}"}:
        return match.group()[0]
    name = match.group(1)
    if name not in values:
        has = ", ".join(f"{{{known}}}" for known in values)
        raise ConfigError(f"{{{name}}} stands for nothing here", do=f"this item has {has}")
    return values[name]
