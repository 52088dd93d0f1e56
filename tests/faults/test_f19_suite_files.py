"""F19: suite files made to harm. Each is refused by the real command, at once and in little memory.

Measured in a process of its own: the CPU time, so that a busy machine does not decide the test, and
the largest resident size, of `harness run FILE` from its start to its exit code.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.ledger import witness
from tests.helpers.cli import User

CPU_LIMIT_S = 2.0
RSS_LIMIT_BYTES = 300 << 20

HEAD = "suite: t\nboards: [local]\n"
BLOCK = "matrix:\n  - {ops: [gemm], schemes: [w1a1], shapes: [64x64x64]}\n"
GOOD = HEAD + BLOCK

# A process between pytest and the command: a child's peak begins with that of its parent.
_METER = """\
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, stdin=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
words = [done.stdout.decode(), done.stderr.decode()]
print(json.dumps([done.returncode, *words, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


@dataclass(frozen=True, kw_only=True)
class Metered:
    """A command that ended, and what it took."""

    code: int
    out: str
    err: str
    cpu_s: float
    peak_rss_bytes: int


def metered(user: User, *words: str) -> Metered:
    """Run `harness WORDS` to its end."""
    done = subprocess.run(
        [sys.executable, "-c", _METER, sys.executable, "-m", "harness", *words],
        cwd=user.folder,
        env=user.environment,
        capture_output=True,
        check=True,
        timeout=120,
    )
    code, out, err, cpu_s, kib = json.loads(done.stdout)
    return Metered(code=code, out=out, err=err, cpu_s=cpu_s, peak_rss_bytes=kib << 10)


def _laughs() -> bytes:
    lines = ['a0: &a0 ["ha", "ha"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join([*lines, "suite: *a11", ""]).encode()


# name -> the file, its line and column (None: a file of that kind has none), words of the answer
HOSTILE: dict[str, tuple[bytes, tuple[int, int] | None, str]] = {
    "billion laughs": (_laughs(), (1, 5), "anchors and aliases"),
    "anchor bomb": (b"a: &x\n" + b"b: *x\n" * 5000, (1, 4), "anchors"),
    "alias to nothing": (GOOD.encode() + b"energy: *none\n", (5, 9), "anchors"),
    "merge key": (GOOD.encode() + b"<<: {profile: quick}\n", (5, 1), "unknown key '<<'"),
    "merge of an alias": (b"x: &x {}\n<<: *x\n", (1, 4), "anchors"),
    "duplicate keys": (b"suite: a\nboards: [local]\nsuite: b\n", (3, 1), "twice, first in line 1"),
    "python tag": (b"suite: !!python/object/apply:os.system [touch pwn]\n", (1, 8), "tags"),
    "python name tag": (b"suite: !!python/name:os.system\n", (1, 8), "tags"),
    "tag of a number": (b"suite: !!int 7\n", (1, 8), "tags"),
    "10,000 levels": (b"suite: " + b"[" * 10_000, (1, 27), "levels deep"),
    "10,000 levels of maps": (b"{a: " * 10_000, (1, 81), "levels deep"),
    "10,000 levels of lists": (b"- " * 10_000 + b"a", (1, 41), "levels deep"),
    "50 MB": (b"# nothing\n" * 5_000_000, None, "more than 1000000 bytes"),
    "100,000 list items": (HEAD.encode() + b"matrix:\n" + b"- a\n" * 100_000, (19996, 3), "values"),
    "100,000 keys": (b"".join(b"k%d:\n" % n for n in range(100_000)), (10000, 7), "values"),
    "NUL": (b"suite: t\nboards: [lo\x00cal]\n", (2, 12), "U+0000"),
    "escape": (b"suite: t\n\x1b[2J: 1\n", (2, 1), "U+001B"),
    "tabs": (b"suite: t\nmatrix:\n\t- ops: [gemm]\n", (3, 1), "use spaces"),
    "`no` for a name": (GOOD.replace("64x64x64", "no").encode(), (4, 45), "no set of shapes 'no'"),
    "`no` for a list": (GOOD.replace("[local]", "no").encode(), (2, 9), "wants a list"),
    "22:22": (GOOD.encode() + b"protocol: {budget_s: 22:22}\n", (5, 22), "'22:22'"),
    "0o17 and 010": (GOOD.encode() + b"protocol: {samples: 010}\n", (5, 21), "'010'"),
    ".inf": (GOOD.encode() + b"protocol: {budget_s: .inf}\n", (5, 22), "'.inf'"),
    "a number of 5,000 digits": (
        GOOD.encode() + b"protocol: {samples: " + b"9" * 5000 + b"}\n",
        (5, 21),
        "wants a whole number",
    ),
    "a date": (GOOD.replace("suite: t", "suite: 2024-01-01x:y").encode(), (1, 8), "name"),
    "invalid UTF-8": (b"suite: t\nboards: [\xff\xfe]\n", (2, 10), "not UTF-8"),
    "UTF-16": (GOOD.encode("utf-16"), (1, 1), "not UTF-8"),
    "UTF-16 without a mark": (GOOD.encode("utf-16-le"), (1, 2), "U+0000"),
    "UTF-32": (GOOD.encode("utf-32"), (1, 1), "not UTF-8"),
    "two documents": (GOOD.encode() + b"---\n" + GOOD.encode(), (5, 1), "second document"),
    "a list for a key": (b"? [a]\n: 1\n", (1, 3), "plain word"),
    "nothing": (b"", (1, 1), ""),
    "a lone word": (b"gemm", (1, 1), ""),
    "an open bracket": (b"suite: [", None, ""),
    "a million letters": (GOOD.replace("t\n", "a" * 900_000 + "\n", 1).encode(), (1, 8), "no name"),
    "a million quotes": (b"suite: '" + b"''" * 400_000, None, ""),
}


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_its_place(user: User, name: str) -> None:
    raw, place, words = HOSTILE[name]
    (user.folder / "suite.yaml").write_bytes(raw)
    before = sorted(user.folder.rglob("*"))
    ended = metered(user, "run", "suite.yaml")
    assert ended.code == 2, ended.err
    first = ended.err.splitlines()[0]
    if place is None:
        assert first.startswith("harness: suite.yaml:")
    else:
        assert re.match(rf"harness: suite\.yaml:{place[0]}:{place[1]}: ", first), first
    assert words in ended.err
    assert "Traceback" not in ended.err
    assert len(ended.err) < 5000
    assert all(line.isprintable() for line in ended.err.splitlines())
    assert sorted(user.folder.rglob("*")) == before
    assert ended.cpu_s < CPU_LIMIT_S
    assert ended.peak_rss_bytes < RSS_LIMIT_BYTES
    figures = f"{ended.cpu_s:.1f} s of CPU, {ended.peak_rss_bytes >> 20} MiB"
    witness("F19", on=name, saw=f"exit 2, `{first.removeprefix('harness: ')[:90]}`; {figures}")


@pytest.mark.parametrize(
    ("change", "where", "belongs"),
    [
        ("host: 10.0.0.1", "5:1", "boards.yaml"),
        ("identity: /root/.ssh/id", "5:1", "boards.yaml"),
        ("jump: evil@host", "5:1", "boards.yaml"),
        ("proxy_command: touch pwn", "5:1", "boards.yaml"),
        ("ProxyCommand: touch pwn", "5:1", "boards.yaml"),
        ("password: x", "5:1", "boards.yaml"),
        ("dir: /etc", "5:1", "boards.yaml"),
        ("hooks: {pre: touch pwn}", "5:1", "boards.yaml"),
        ("command: touch pwn", "5:1", "boards.yaml"),
        ("recover: touch pwn", "5:1", "boards.yaml"),
        ("env: {LD_PRELOAD: x.so}", "5:1", "boards.yaml"),
        ("protocol: {shell: touch pwn}", "5:12", "boards.yaml"),
        ("become: sudo-n", "5:1", "boards.yaml"),
        ("tune: true", "5:1", "boards.yaml"),
    ],
)
def test_a_suite_cannot_name_hosts_keys_or_commands(
    user: User, change: str, where: str, belongs: str
) -> None:
    user.write("suite.yaml", f"{GOOD}{change}\n")
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert f"suite.yaml:{where}: " in ended.err
    assert belongs in ended.err
    assert sorted(p.name for p in user.folder.iterdir()) == ["suite.yaml"]
    witness("F19", on=f"suite with `{change}`", saw="exit 2: it belongs into boards.yaml")


@pytest.mark.parametrize(
    ("boards", "where"),
    [
        ("{pi: {host: 10.0.0.1}}", "2:9"),
        ("[{host: 10.0.0.1}]", "2:10"),
        ("[me@10.0.0.1]", "2:10"),
        ("['-oProxyCommand=touch pwn']", "2:10"),
        ("['tag:$(touch pwn)']", "2:10"),
    ],
)
def test_a_suite_names_boards_and_never_where_they_are(user: User, boards: str, where: str) -> None:
    user.write("suite.yaml", f"suite: t\nboards: {boards}\n{BLOCK}")
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert f"suite.yaml:{where}: " in ended.err
    assert "boards.yaml" in ended.err
    assert sorted(p.name for p in user.folder.iterdir()) == ["suite.yaml"]
    witness("F19", on=f"suite with `boards: {boards}`", saw="exit 2: hosts belong into boards.yaml")


def test_a_byte_order_mark_does_no_harm(user: User) -> None:
    user.write("boards.yaml", f"boards:\n  local: {{dir: {user.folder / 'board'}}}\n")
    (user.folder / "suite.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    ended = user.harness("run", "suite.yaml", "--dry-run")
    assert ended.code == 0, ended.err
    assert "gemm w1a1" in ended.out
    witness("F19", on="BOM before a good suite", saw="planned as without it")


@pytest.mark.parametrize("name", ["billion laughs", "python tag", "100,000 keys", "NUL", "UTF-16"])
def test_an_inventory_is_read_with_the_same_care(user: User, name: str) -> None:
    raw, place, words = HOSTILE[name]
    assert place is not None
    user.write("suite.yaml", GOOD)
    (user.folder / "boards.yaml").write_bytes(raw)
    ended = metered(user, "run", "suite.yaml")
    assert ended.code == 2
    assert f"boards.yaml:{place[0]}:{place[1]}: " in ended.err
    assert words in ended.err
    assert ended.cpu_s < CPU_LIMIT_S
    assert ended.peak_rss_bytes < RSS_LIMIT_BYTES
    witness("F19", on=f"boards.yaml: {name}", saw="exit 2 with file, line and column")
