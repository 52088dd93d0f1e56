"""Brings bytes onto a board: temporary name, sha256 computed there, then one rename.

By SFTP where the server has it, else through `cat`. Nothing on the board but a shell, mv, chmod and
one of sha256sum, busybox and openssl is needed. Folders are not made here.
"""

from __future__ import annotations

import contextlib
import hashlib
import posixpath
import secrets
from typing import TYPE_CHECKING

import paramiko

from harness.errors import LinkError, PushError
from harness.transport import storage
from harness.transport.channel import RemoteProcess
from harness.transport.link import BROKEN, Link
from harness.transport.pump import collect

if TYPE_CHECKING:
    from harness.transport.base import Completed

_SLOWEST_BYTES_PER_S = 100_000  # a board on a bad radio link; waits grow with the size
_CLOSE_GRACE_S = 5.0
_MISMATCH, _NO_TOOL, _IS_FOLDER = 97, 98, 99
_CAT = 'umask 077; cat > "$1"'
_FINISH = f"""
t=$1; f=$2; want=$3; mode=$4
if [ -d "$f" ]; then exit {_IS_FOLDER}; fi
got=$(sha256sum < "$t" 2>/dev/null || busybox sha256sum < "$t" 2>/dev/null ||
      openssl dgst -sha256 -r < "$t" 2>/dev/null) || exit {_NO_TOOL}
case $got in "$want"*) ;; *) exit {_MISMATCH} ;; esac
chmod "$mode" "$t" && mv -f "$t" "$f"
"""
_LOOK = """
rm -f "$1"; shift
d=$1
[ -e "$d" ] || echo "! the folder does not exist"
[ ! -e "$d" ] || [ -d "$d" ] || echo "! $d is not a folder"
[ ! -d "$d" ] || [ -w "$d" ] || echo "! the folder is not writable"
"""


class Pusher:
    """Puts files over one link; remembers when the server has no SFTP."""

    def __init__(self, link: Link, timeout_s: float) -> None:
        self._link = link
        self._timeout_s = timeout_s
        self._has_sftp = True

    def put(self, data: bytes, path: str, mode: int) -> None:
        """Bring `data` to `path` whole and verified; PushError names path, space and mount."""
        if "\0" in path or not path:
            raise PushError(f"{path!r} is not a path", where=self._link.where)
        temporary = f"{path}.{secrets.token_hex(4)}.tmp"
        limit_s = self._timeout_s + len(data) / _SLOWEST_BYTES_PER_S
        words = self._send(data, temporary, limit_s)
        if words is None:
            digest = hashlib.sha256(data).hexdigest()
            done = self._shell(_FINISH, temporary, path, digest, f"{mode:o}", limit_s=limit_s)
            if done.status == 0:
                return
            words = _finish_words(done)
        raise self._error(words, temporary, path, limit_s)

    def _send(self, data: bytes, temporary: str, limit_s: float) -> str | None:
        """Return None when all was taken, else what the board said."""
        if self._has_sftp:
            client = self._sftp()
            if client is not None:
                return self._by_sftp(client, data, temporary)
            self._has_sftp = False
        done = self._shell(_CAT, temporary, stdin=data, limit_s=limit_s)
        return None if done.status == 0 else _text(done.stderr) or f"cat ended with {done.status}"

    def _sftp(self) -> paramiko.SFTPClient | None:
        channel = self._link.session(self._timeout_s)
        channel.settimeout(self._timeout_s)
        try:
            channel.invoke_subsystem("sftp")
            return paramiko.SFTPClient(channel)
        except BROKEN:
            # no SFTP server, or a start-up file of the shell that prints into it
            self._link.retire(channel, grace_s=_CLOSE_GRACE_S)
            self._link.require()
            return None

    def _by_sftp(self, client: paramiko.SFTPClient, data: bytes, temporary: str) -> str | None:
        try:
            with client.open(temporary, "wx") as file:
                file.set_pipelined(True)
                file.write(data)
        except TimeoutError:
            raise self._link.lost() from None
        except BROKEN as error:
            self._link.require()
            return str(error) or type(error).__name__
        finally:
            channel = client.get_channel()
            if channel is not None:
                self._link.retire(channel, grace_s=_CLOSE_GRACE_S)
        return None

    def _shell(self, script: str, *args: str, stdin: bytes = b"", limit_s: float) -> Completed:
        argv = ("sh", "-c", script, "sh", *args)
        process = RemoteProcess(self._link, argv, stdin, open_timeout_s=self._timeout_s)
        return collect(process, ("sh",), limit_s)

    def _error(self, words: str, temporary: str, path: str, limit_s: float) -> PushError:
        folder = posixpath.dirname(path) or "."
        with contextlib.suppress(LinkError):
            look = self._shell(_LOOK + storage.SCRIPT, temporary, folder, limit_s=limit_s)
            words = ", ".join([words, *_words(look.stdout.decode(errors="replace"))])
        return PushError(
            f"cannot write {path}: {words}",
            where=self._link.where,
            do="choose another folder with `dir:` of the board, or make room there",
        )


def _finish_words(done: Completed) -> str:
    if done.status == _MISMATCH:
        return "what arrived there has another sha256"
    if done.status == _NO_TOOL:
        return "the board has neither sha256sum, busybox nor openssl to verify it"
    if done.status == _IS_FOLDER:
        return "it is a folder"
    return _text(done.stderr) or f"the shell ended with {done.status}"


def _text(stderr: bytes) -> str:
    return stderr.decode(errors="replace").strip()[-300:].replace("\n", "; ")


def _words(look: str) -> list[str]:
    """Return the folder's faults, free bytes and bad mount flags."""
    faults = [line[2:] for line in look.splitlines() if line.startswith("! ")]
    return faults + storage.parse(look).words()
