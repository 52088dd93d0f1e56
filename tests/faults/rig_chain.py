"""ssh configurations that lead to one of three real servers, in every way there is."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.transport.base import LinkSettings
from tests.helpers import sshd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.helpers.sshd import Server

NAMES = ("gate", "middle", "far")

# GATE, MIDDLE and FAR are the ports; a careless reader of these ends on another server than `far`
CONFIGS = {
    "Include": """\
Include HERE/included/*.conf
Host nick
  HostName 127.0.0.1
""",
    "Match": """\
Match originalhost nick exec "true"
  Port FAR
Match host nick,other
  HostName 127.0.0.1
Host *
  Port GATE
""",
    "Host patterns": """\
Host !nick *
  Port GATE
Host n?ck !x*
  HostName 127.0.0.1
  Port FAR
Host *
  Port MIDDLE
""",
    "chain of two, in one line": """\
Host nick
  HostName 127.0.0.1
  Port FAR
  ProxyJump 127.0.0.1:GATE,127.0.0.1:MIDDLE
""",
    "chain of two, one behind the other": """\
Host nick
  HostName 127.0.0.1
  Port FAR
  ProxyJump middle
Host middle
  HostName 127.0.0.1
  Port MIDDLE
  ProxyJump gate
Host gate
  HostName 127.0.0.1
  Port GATE
""",
    "ProxyJump none": """\
Host nick
  HostName 127.0.0.1
  Port FAR
  ProxyJump none
Host *
  ProxyJump 127.0.0.1:1
""",
    "Match final": """\
Host nick
  HostName 127.0.0.1
Match final host 127.0.0.1
  Port FAR
""",
    "HostKeyAlias": """\
Host nick
  HostName 127.0.0.1
  HostKeyAlias the-far-one
  Port FAR
""",
}


@dataclass(frozen=True, kw_only=True)
class Net:
    """Three servers that know their names, one key for all of them."""

    servers: dict[str, Server]
    folder: Path

    def config(self, text: str) -> str:
        """Write a configuration with the servers' ports; return its path."""
        for name, server in self.servers.items():
            text = text.replace(name.upper(), str(server.port))
        key = self.servers["gate"].identity
        lines = f"Host *\n  IdentityFile {key}\n  UserKnownHostsFile {self.folder}/known_hosts\n"
        included = self.folder / "included"
        included.mkdir(exist_ok=True)
        far = self.servers["far"].port
        (included / "one.conf").write_text(f"Host nick\n  Port {far}\n", encoding="utf-8")
        path = self.folder / "config"
        path.write_text(text.replace("HERE", str(self.folder)) + lines, encoding="utf-8")
        return str(path)

    def settings(self, config: str) -> LinkSettings:
        """Return settings that believe the three servers' keys."""
        known = self.folder / "known_hosts"
        lines = [f"[{s.host}]:{s.port} {s.host_key}" for s in self.servers.values()]
        lines.append(f"the-far-one {self.servers['far'].host_key}")
        known.write_text("\n".join([*lines, ""]), encoding="utf-8")
        return LinkSettings(known_hosts=known, believed_hosts=(), ssh_config=config)

    def logins(self) -> list[str]:
        """Return on which servers somebody has logged in so far, with repetition."""
        logs = {name: (s.folder / "log").read_text() for name, s in self.servers.items()}
        return [name for name in NAMES for _ in range(logs[name].count("Accepted publickey"))]


@contextmanager
def three_servers() -> Iterator[dict[str, Server]]:
    """Run three servers that take one key, and whose sessions have their name as WHICH."""
    with ExitStack() as stack:
        servers = {n: stack.enter_context(sshd.openssh(f"SetEnv WHICH={n}")) for n in NAMES}
        keys = (servers["gate"].folder / "id.pub").read_text()
        for server in servers.values():
            (server.folder / "authorized_keys").write_text(keys)
        yield servers
