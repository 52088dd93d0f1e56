"""What must never be called is refused by the linters, with this project's own settings."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HARNESS = ROOT / "harness"
BIN = Path(sys.executable).parent

_POLICY = """\
import paramiko

client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy)
"""

# name of a file -> the code that must be found in it, and its text
BANNED = {
    "yaml_load": ("TID251", "import yaml\n\nyaml.load('a: 1')\n"),
    "yaml_load_safe": ("TID251", "import yaml\n\nyaml.load('a: 1', Loader=yaml.SafeLoader)\n"),
    "yaml_load_506": ("S506", "import yaml\n\nyaml.load('a: 1', Loader=yaml.UnsafeLoader)\n"),
    "yaml_unsafe_load": ("TID251", "import yaml\n\nyaml.unsafe_load('a: 1')\n"),
    "yaml_full_load": ("TID251", "from yaml import full_load\n\nfull_load('a: 1')\n"),
    "yaml_all": ("TID251", "import yaml as y\n\nlist(y.full_load_all('a: 1'))\n"),
    "yaml_loader": ("TID251", "import yaml\n\nyaml.parse('a: 1', Loader=yaml.FullLoader)\n"),
    "shell_run": ("S602", "import subprocess\n\nsubprocess.run(['a'], shell=True, check=True)\n"),
    "shell_popen": ("S602", "import subprocess\n\nsubprocess.Popen('a b', shell=True)\n"),
    "shell_other": ("S604", "def f(shell: bool) -> None: ...\n\n\nf(shell=True)\n"),
    "os_system": ("S605", "import os\n\nos.system('ls')\n"),
    "os_popen": ("TID251", "import os\n\nos.popen('ls')\n"),
    "getoutput": ("TID251", "import subprocess\n\nsubprocess.getoutput('ls')\n"),
    "async_shell": ("TID251", "import asyncio\n\nasyncio.create_subprocess_shell('ls')\n"),
    "pickle": ("TID251", "import pickle\n\npickle.loads(b'')\n"),
    "pickle_from": ("TID251", "from pickle import loads\n\nloads(b'')\n"),
    "pickle_301": ("S301", "import pickle\n\npickle.loads(b'')\n"),
    "marshal": ("TID251", "import marshal\n\nmarshal.loads(b'')\n"),
    "shelve": ("TID251", "import shelve\n\nshelve.open('a')\n"),
    "eval": ("S307", "eval('1')\n"),
    "exec": ("S102", "exec('1')\n"),
    "auto_add": ("TID251", "import paramiko\n\nparamiko.AutoAddPolicy()\n"),
    "warning": ("TID251", "from paramiko import WarningPolicy\n\nWarningPolicy()\n"),
    "auto_add_client": ("TID251", "from paramiko.client import AutoAddPolicy\n\nAutoAddPolicy()\n"),
    "auto_add_507": ("S507", _POLICY),
}

# the same for bandit, which sees other things
BANDIT = {
    "shell": ("B602", "import subprocess\nsubprocess.run('a b', shell=True)\n"),
    "tar": ("B202", "import tarfile\ntarfile.open('a').extractall('b')\n"),
    "policy": ("B507", _POLICY),
    "pickle": ("B301", "import pickle\npickle.loads(b'')\n"),
    "assert": ("B101", "assert 1\n"),
    "md5": ("B324", "import hashlib\nhashlib.md5(b'')\n"),
    "eval": ("B307", "eval('1')\n"),
}

_EXCUSE = re.compile(r"# *(?:noqa: *(?P<codes>[A-Z0-9, ]*?)|nosec[^#]*?)(?: - (?P<why>.+))?$")


@pytest.fixture(scope="module")
def by_ruff(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """(file, code) of everything ruff finds in the banned calls."""
    folder = tmp_path_factory.mktemp("ruff")
    for name, (_, text) in BANNED.items():
        (folder / f"{name}.py").write_text(text)
    words = ["check", "--no-cache", f"--config={ROOT / 'pyproject.toml'}", "--output-format=json"]
    done = subprocess.run([BIN / "ruff", *words, folder], capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    return {(Path(f["filename"]).stem, f["code"]) for f in json.loads(done.stdout)}


@pytest.fixture(scope="module")
def by_bandit(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """(file, code) of everything bandit finds in the banned calls."""
    folder = tmp_path_factory.mktemp("bandit")
    for name, (_, text) in BANDIT.items():
        (folder / f"{name}.py").write_text(text)
    done = _bandit("--format", "json", folder)
    found = json.loads(done.stdout)["results"]
    return {(Path(f["filename"]).stem, f["test_id"]) for f in found}


def _bandit(*words: str | Path) -> subprocess.CompletedProcess[bytes]:
    argv = ["--quiet", "--recursive", f"--configfile={ROOT / 'pyproject.toml'}"]
    return subprocess.run([BIN / "bandit", *argv, *words], capture_output=True, check=False)


@pytest.mark.parametrize("name", BANNED)
def test_ruff_bites(name: str, by_ruff: set[tuple[str, str]]) -> None:
    assert (name, BANNED[name][0]) in by_ruff


@pytest.mark.parametrize("name", BANDIT)
def test_bandit_bites(name: str, by_bandit: set[tuple[str, str]]) -> None:
    assert (name, BANDIT[name][0]) in by_bandit


def test_bandit_finds_nothing_in_the_harness() -> None:
    done = _bandit(HARNESS)
    assert done.returncode == 0, done.stdout.decode()


def test_every_excuse_for_security_has_a_reason() -> None:
    bare = []
    for path in sorted(HARNESS.rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = _EXCUSE.search(line)
            if found is None or found["why"]:
                continue
            codes = found["codes"]
            if codes is None or re.search(r"\bS\d|\bTID251", codes):
                bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert not bare


def test_one_place_starts_remote_commands() -> None:
    """What bandit's B601 would judge; tests/transport prove that no word of argv meets a shell."""
    calls = {
        str(path.relative_to(HARNESS)): text.count(".exec_command(")
        for path in HARNESS.rglob("*.py")
        if ".exec_command(" in (text := path.read_text(encoding="utf-8"))
    }
    assert calls == {"transport/channel.py": 1}
