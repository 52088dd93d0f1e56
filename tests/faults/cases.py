"""The fault cases: what is done to the harness, and what must come of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Case:
    """One fault; `injected` says how the tests bring it about."""

    title: str
    injected: str
    expected: str


def _case(title: str, injected: str, expected: str) -> Case:
    return Case(title=title, injected=injected, expected=expected)


CASES: dict[str, Case] = {
    "F01": _case(
        "SSH session killed in the middle of an item",
        "kill -9 of the server's process for that login",
        "re-attached; the item survives whole, no partial number",
    ),
    "F02": _case(
        "packets dropped in the middle of an item",
        "nftables drops both ways, in the board's own network namespace",
        "noticed within 15 s; other boards go on; after the drop `resume` brings what was finished",
    ),
    "F03": _case(
        "connection cut at any byte of the stream",
        "a TCP proxy cuts after N bytes; the frames themselves cut at every byte",
        "never a number without a verified close, never a traceback",
    ),
    "F04": _case(
        "Ctrl-C, once and twice",
        "SIGINT to the controller",
        "exit 130, the journal is whole, nothing of ours goes on running on the board",
    ),
    "F05": _case(
        "the controller sleeps for a minute",
        "SIGSTOP, then SIGCONT, of the controller",
        "a valid measurement; no false TIMEOUT",
    ),
    "F06": _case(
        "two controllers, one board",
        "a second run is started while the first holds the board",
        "the second ends with 75 and names the holder, or waits; nothing interleaves",
    ),
    "F07": _case(
        "worker of a lost controller, and a new run",
        "kill -9 of the controller, then a new run on the same board",
        "refused with the time left, or waits; the orphan dies by its deadline",
    ),
    "F08": _case(
        "no SFTP server",
        "OpenSSH without a Subsystem line; dropbear without sftp-server",
        "pushed through a pipe, same sha256",
    ),
    "F09": _case(
        "board's disk full, at push and at the spool",
        "small tmpfs mounts",
        "next directory, or an error with path and free bytes; no truncated file stays",
    ),
    "F10": _case(
        "directory read-only or mounted noexec",
        "tmpfs mounted ro and noexec",
        "next directory, or an error that names the mount flag",
    ),
    "F11": _case(
        "stale or evil file under the runner's hash",
        "another program put there beforehand",
        "verified again and replaced",
    ),
    "F12": _case(
        "shell start-up files that print, a banner of 1 MB",
        "echo in the rc file; Banner in sshd_config",
        "works",
    ),
    "F13": _case(
        "flood of output",
        "a runner that prints 50 MB to stderr, a line without end, a million lines",
        "memory stays bounded, no deadlock, no number",
    ),
    "F14": _case(
        "values that cannot be",
        "a runner that sends NaN, infinities, negatives, huge numbers, deep nesting, double keys",
        "INVALID, no traceback, the report renders",
    ),
    "F15": _case(
        "impossible speed",
        "a runner that claims 1 ns a sample",
        "INVALID by V04",
    ),
    "F16": _case(
        "throttling, and sensors that lie",
        "a file-system root of our own: the clock falls, files are absent or hold garbage",
        "V09; what is absent is called unknown",
    ),
    "F17": _case(
        "server that takes few logins or one session",
        "MaxStartups 2:90:3; MaxSessions 1",
        "every board is done, by back-off; no false failure",
    ),
    "F18": _case(
        "ssh configuration with Include, Match, jump chains",
        "configuration files and three servers",
        "the host that ssh -G names, or a refusal; never another host",
    ),
    "F19": _case(
        "hostile suite files",
        "YAML bombs, double keys, tags, deep nesting, 50 MB, NUL, BOM, tabs, no, 22:22",
        "exit 2 with file and line, in under 2 s and 300 MB",
    ),
    "F20": _case(
        "hostile names",
        "shell metacharacters, paths, options and newlines as names of boards, kernels, runs",
        "refused; nothing is made outside of the results folder",
    ),
    "F21": _case(
        "old and damaged results",
        "truncated journals, other schema versions, two runs with one id, missing keys",
        "refused or migrated with a message; no board silently dropped",
    ),
    "F22": _case(
        "controller's disk full",
        "a small tmpfs as the results folder",
        "exit 74; what was stored before stays readable; no half page",
    ),
    "F23": _case(
        "accelerator falls back to the CPU",
        "a runtime that is asked for a provider it lacks",
        "never shown as the accelerator",
    ),
    "F24": _case(
        "killed for want of memory",
        "an address space limit, and a memory cgroup, around the server's sessions",
        "FAILED with the reason, not TIMEOUT",
    ),
    "F25": _case(
        "emulated board posing as a real one",
        "qemu-user behind dropbear",
        "labelled emulated, in no ranking",
    ),
}
