"""The user's ssh configuration where there is no ssh program to ask: its plain part, or a refusal.

`Host` blocks mean here what they mean to ssh. What could make another host of a name in ways that
only ssh knows (Include, Match, canonical names) is refused, never passed over.
"""

from __future__ import annotations

import re
from pathlib import Path

from paramiko.config import SSHConfig
from paramiko.ssh_exception import ConfigParseError

from harness.errors import LinkError

SYSTEM = Path("/etc/ssh/ssh_config")
_HARD = re.compile(
    r'^[ \t]*"?(include|match|canonicalizehostname(?!["= \t]*no["\s]*$))"?(?:[\s=]|$)',
    re.IGNORECASE | re.MULTILINE,
)
_DO = "install ssh (openssh-client), which reads it, or write host, user and jump into boards.yaml"


def lookup(host: str, file: str | None) -> dict[str, list[str]]:
    """Return what the configuration says of `host`, keys in small letters, as `ssh -G` would.

    `file` None: the user's file and the system's. Raises LinkError where only ssh can tell.
    """
    values: dict[str, list[str]] = {}
    for path in _files(file):
        for key, value in _block(path, host).items():
            if key == "identityfile":
                values.setdefault(key, []).extend(value)
            else:  # the first one wins
                values.setdefault(key, value)
    return values


def _files(file: str | None) -> tuple[Path, ...]:
    if file is not None:
        return (Path(file).expanduser(),)
    return tuple(path for path in (Path.home() / ".ssh" / "config", SYSTEM) if path.is_file())


def _block(path: Path, host: str) -> dict[str, list[str]]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise LinkError(f"cannot be read ({error.strerror})", where=str(path), do=_DO) from None
    hard = _HARD.search(text)
    if hard is not None:
        line = text.count("\n", 0, hard.start(1)) + 1
        raise LinkError(
            f"{hard[1]} is understood by ssh only, and there is no ssh program here",
            where=f"{path}:{line}",
            do=_DO,
        )
    try:
        found = SSHConfig.from_text(text).lookup(host)
    except (ConfigParseError, ValueError, KeyError) as error:
        raise LinkError(f"is not understood ({error})", where=str(path), do=_DO) from None
    # paramiko names the host itself where the file says nothing of it
    if found.get("hostname") == host:
        del found["hostname"]
    return {key: _listed(value) for key, value in found.items()}


def _listed(value: str | list[str] | None) -> list[str]:
    if value is None:
        return ["none"]
    return list(value) if isinstance(value, list) else [value]
