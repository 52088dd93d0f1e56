"""Whom to call for a board: its inventory entry, completed by the user's ssh configuration.

`ssh -G` reads that configuration, so Include, Match and canonical names mean what they mean to ssh.
Where there is no ssh program its plain part is read here (`sshfile`), and the rest refused: never
another host.
"""

from __future__ import annotations

import getpass
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import ConfigError, LinkError

if TYPE_CHECKING:
    from harness.records.board import BoardEntry
    from harness.transport.base import LinkSettings

_CHAIN_CAP = 8
_DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
_HOP = re.compile(
    r"(?:ssh://)?(?:(?P<user>[^@\s/]+)@)?(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:@\s/\[\]]+))"
    r"(?::(?P<port>[0-9]{1,5}))?/?"
)
_WORD = re.compile(r"[A-Za-z0-9_.:%-]{1,255}")
_SSH_TIMEOUT_S = 10.0


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One SSH server to log into, with everything ssh would know of it."""

    host: str
    port: int
    user: str
    identities: tuple[Path, ...]
    key_name: str  # under which its host key is kept: `host`, `[host]:port` or an alias

    @property
    def where(self) -> str:
        """For errors: `user@host:port`."""
        return f"{self.user}@{self.host}:{self.port}"


def resolve(entry: BoardEntry, settings: LinkSettings) -> tuple[Hop, ...]:
    """Return the hops to a board, itself last; ConfigError for names that cannot be hosts.

    Raises LinkError where the ssh configuration asks for what cannot be done (ProxyCommand).
    """
    host = entry.host or ""
    return _chain(
        host, entry.user, entry.port, entry.jump, settings, identity=entry.identity, depth=0
    )


def _chain(
    host: str,
    user: str | None,
    port: int | None,
    jump: str | None,
    settings: LinkSettings,
    *,
    identity: str | None = None,
    depth: int,
) -> tuple[Hop, ...]:
    if not _WORD.fullmatch(host) or host.startswith("-"):
        raise ConfigError(f"{host!r} is not a host name", do="check `host:` and `jump:`")
    if depth > _CHAIN_CAP:
        raise LinkError(
            "the jump hosts lead in a circle", where=host, do="check ProxyJump in ~/.ssh/config"
        )
    config = _ask_ssh(host, user, port, settings)
    proxy = config.get("proxycommand", ["none"])[0]
    if jump is None and proxy != "none":
        raise LinkError(
            "its ssh configuration has a ProxyCommand, which is not supported",
            where=host,
            do="use ProxyJump in ~/.ssh/config, or `jump:` in the inventory",
        )
    jumps = jump if jump is not None else config.get("proxyjump", ["none"])[0]
    before: tuple[Hop, ...] = ()
    if jumps != "none":
        before = _jumps(jumps, settings, depth)
    return (*before, _hop(host, user, port, identity, config))


def _jumps(jumps: str, settings: LinkSettings, depth: int) -> tuple[Hop, ...]:
    hops: tuple[Hop, ...] = ()
    for number, text in enumerate(jumps.split(",")):
        parts = _HOP.fullmatch(text.strip())
        if parts is None:
            raise ConfigError(f"{text!r} is not a jump host", do="write user@host:port")
        host, port = parts["six"] or parts["host"], parts["port"]
        # as ssh does: the first hop may have jumps of its own, the others are reached through it
        own = None if number == 0 else "none"
        hops += _chain(
            host, parts["user"], int(port) if port else None, own, settings, depth=depth + 1
        )
    return hops


def _hop(
    host: str,
    user: str | None,
    port: int | None,
    identity: str | None,
    config: dict[str, list[str]],
) -> Hop:
    name = config.get("hostname", [host])[0]
    digits = config.get("port", ["22"])[0]
    if not _WORD.fullmatch(name) or not digits.isdecimal():
        raise LinkError(
            f"its ssh configuration leads to {name!r}, port {digits!r}: no host",
            where=host,
            do="check HostName and Port in ~/.ssh/config",
        )
    number = port or int(digits)
    if identity is not None:
        files = [Path(identity).expanduser()]
    else:
        default = [f"~/.ssh/{key}" for key in _DEFAULT_KEYS]
        files = [Path(file).expanduser() for file in config.get("identityfile", default)]
        files = [file for file in files if file.is_file()]
    alias = config.get("hostkeyalias", ["none"])[0]
    kept = alias if alias != "none" else key_name(name, number)
    login = user or config.get("user", [""])[0] or getpass.getuser()
    return Hop(host=name, port=number, user=login, identities=tuple(files), key_name=kept)


def key_name(host: str, port: int) -> str:
    """Return the name under which known_hosts files keep a server's key."""
    return host.lower() if port == 22 else f"[{host.lower()}]:{port}"


def _ask_ssh(
    host: str, user: str | None, port: int | None, settings: LinkSettings
) -> dict[str, list[str]]:
    if settings.ssh_config == "none":
        return {}
    program = shutil.which("ssh")
    if program is None:
        from harness.transport import sshfile

        return sshfile.lookup(host, settings.ssh_config)
    argv = [program, "-G"]
    argv += ["-F", settings.ssh_config] if settings.ssh_config else []
    argv += ["-l", user] if user and not user.startswith("-") else []
    argv += ["-p", str(port)] if port else []
    try:
        done = subprocess.run(
            [*argv, "--", host],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SSH_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LinkError(f"`ssh -G` failed: {error}", where=host, do="try it by hand") from None
    if done.returncode != 0:
        words = done.stderr.decode(errors="replace").strip()
        raise LinkError(f"`ssh -G {host}` failed: {words}", where=host, do="mend ~/.ssh/config")
    return _parse(done.stdout.decode(errors="replace"))


def _parse(text: str) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, _, value = line.partition(" ")
        values.setdefault(key.lower(), []).append(value.strip())
    return values
