"""F20: names that hope for a shell, a path or an option. Refused everywhere; nothing appears."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.faults.ledger import witness
from tests.helpers import stores
from tests.helpers.cli import User

HOSTILE = {
    "command substitution": "$(touch pwn)",
    "backquotes": "`touch pwn`",
    "second command": "; rm -rf x",
    "pipe": "x|touch pwn",
    "climbing path": "../../x",
    "path with a folder": "a/../../b",
    "newline": "a\nb",
    "option": "-oProxyCommand=touch pwn",
    "long option": "--output=pwn",
    "absolute path": "/nowhere/pwn",
    "home": "~/pwn",
    "home of nobody": "~nobody-of-this-name/pwn",
    "very long": "a" * 1000,
    "look-alike letters": "l\N{CYRILLIC SMALL LETTER O}cal",
    "wide letters": "\N{FULLWIDTH LATIN SMALL LETTER A}b",
    "direction mark": "a\N{RIGHT-TO-LEFT OVERRIDE}b",
    "blank": "a b",
    "dots": "..",
    "glob": "*",
    "empty": "",
}
NAMES = pytest.mark.parametrize("kind", HOSTILE)


@pytest.fixture(scope="module")
def font_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the library that draws keeps its list of fonts: elsewhere, or it would be a find."""
    return tmp_path_factory.mktemp("fonts")


@pytest.fixture
def user(tmp_path: Path, font_cache: Path) -> User:
    """A person with a home, a good suite and one stored run."""
    folder = tmp_path / "cwd"
    folder.mkdir()
    person = User(folder)
    person.environment["HOME"] = str(tmp_path / "home")
    person.environment["MPLCONFIGDIR"] = str(font_cache)
    (tmp_path / "home").mkdir()
    stores.closed(person.results)
    person.write("good.yaml", _suite())
    return person


def _suite(**changes: object) -> str:
    block = {"ops": ["gemm"], "schemes": ["w1a1"], "shapes": ["64x64x64"]}
    return json.dumps({"suite": "t", "boards": ["local"], "matrix": [block], **changes})


def _everything(user: User) -> dict[str, tuple[int, int]]:
    """All that lies below the folders of this person, with size and time of change."""
    found = {}
    for path in user.folder.parent.rglob("*"):
        state = path.lstat()
        found[str(path)] = (state.st_size if path.is_file() else 0, state.st_mtime_ns)
    return found


def _refuse(user: User, *words: str) -> str:
    """Run `harness WORDS`, which must be refused without leaving anything; return its words."""
    before = _everything(user)
    ended = user.harness(*words)
    assert ended.code == 2, (words, ended)
    assert "Traceback" not in ended.err
    assert _everything(user) == before
    return ended.err


@NAMES
def test_as_names_in_an_inventory(user: User, kind: str) -> None:
    word = HOSTILE[kind]
    user.write("boards.yaml", json.dumps({"boards": {word: {"host": "127.0.0.1"}}}))
    said = _refuse(user, "run", "good.yaml")
    assert "boards.yaml:1:" in said
    assert "no name of a board" in said
    entry = {"host": "127.0.0.1"}
    fields = {"host": word, "user": word, "jump": word, "group": word, "tags": [word]}
    boards: dict[str, object] = {
        f"b-{field}": {**entry, field: value} for field, value in fields.items()
    }
    boards["b-runtimes"] = {**entry, "runtimes": {word: "/usr/bin/python3"}}
    boards["b-sensor"] = {**entry, "power": {"sensor": word}}
    user.write("boards.yaml", json.dumps({"boards": boards}))
    said = _refuse(user, "run", "good.yaml")
    refused = {field for field in (*fields, "runtimes", "sensor") if f"boards.b-{field}." in said}
    assert refused == {*fields, "runtimes", "sensor"}
    witness("F20", on=f"boards.yaml: {kind}", saw="exit 2 for every key; nothing appeared")


# in one's own boards.yaml these two are what they look like: paths
@pytest.mark.parametrize("kind", sorted(set(HOSTILE) - {"absolute path", "home"}))
def test_as_paths_in_an_inventory(user: User, kind: str) -> None:
    word = HOSTILE[kind]
    boards = {"b-dir": {"dir": word}, "b-identity": {"identity": word}, "b-root": {"root": word}}
    user.write("boards.yaml", json.dumps({"boards": boards}))
    said = _refuse(user, "run", "good.yaml")
    assert all(f"boards.{name}." in said for name in boards)


@NAMES
def test_as_names_in_a_suite(user: User, kind: str) -> None:
    word = HOSTILE[kind]
    kernel = {"ops": [word], "schemes": [word], "shapes": [word], "on": [word]}
    network = {"networks": [word], "schemes": ["fp32"], "runtimes": [word], "devices": [word]}
    user.write("s.yaml", _suite(suite=word, modes=[word], matrix=[kernel, network]))
    said = _refuse(user, "run", "s.yaml")
    for field in ("suite", "modes.0", *(f"matrix.0.{name}.0" for name in kernel)):
        assert f": {field}: " in said
    for field in ("networks", "runtimes", "devices"):
        assert f": matrix.1.{field}.0: " in said
    for field, value in {"implementations": [word], "shapes": [f"./{word}"]}.items():
        block = {"ops": ["gemm"], "schemes": ["w1a1"], "shapes": ["64x64x64"], field: value}
        user.write("s.yaml", _suite(matrix=[block]))
        assert f": matrix.0.{field}" in _refuse(user, "run", "s.yaml")
    for selector in (word, f"tag:{word}"):
        user.write("s.yaml", _suite(boards=[selector]))
        assert ": boards.0: " in _refuse(user, "run", "s.yaml")
    witness("F20", on=f"suite: {kind}", saw="exit 2 for every key; nothing appeared")


@pytest.mark.parametrize(
    "path",
    ["./../x.onnx", "./a/../../x.onnx", "/nowhere/x.onnx", "./$(touch pwn).onnx", "./a\nb.onnx"],
)
def test_as_files_of_networks(user: User, path: str) -> None:
    user.write("s.yaml", _suite(matrix=[{"networks": [path], "schemes": ["fp32"]}]))
    assert "matrix.0.networks.0" in _refuse(user, "run", "s.yaml")
    witness("F20", on=f"network file {path!r}", saw="exit 2: only a file beside the suite")


@NAMES
def test_on_the_command_line(user: User, kind: str) -> None:
    word = HOSTILE[kind]
    own = () if kind == "option" else (("report", word), ("export", word))  # -o is the user's path
    for words in (
        *own,
        ("show", word),
        ("show", f"last/{word}x"),
        ("compare", word, "last"),
        ("run", word),
        ("run", "good.yaml", "-b", word),
        ("boards", "add", word, "me@127.0.0.1:1"),
    ):
        said = _refuse(user, *words)
        assert said.strip()
    witness(
        "F20", on=f"command line: {kind}", saw="exit 2 wherever a name stands; nothing appeared"
    )


@pytest.mark.parametrize("kind", ["command substitution", "climbing path", "newline", "very long"])
def test_in_rarer_places_of_the_command_line(user: User, kind: str) -> None:
    word = HOSTILE[kind]
    for words in (
        ("compare", "last", word),
        ("export", "last", "--format", word),
        ("show", "last", "--rows", word),
        ("show", "last", "--rows", "board", "--metric", word),
        ("runs", f"{word}x"),
        ("run", f"@{word}"),
        ("run", "good.yaml", "-b", f"tag:{word}"),
        ("run", "good.yaml", "--profile", word),
        ("run", "good.yaml", "--wait", word),
        ("run", "good.yaml", "--fail-on", word),
        ("boards", "trust", word),
        ("boards", "probe", word),
        ("boards", "capture", word),
    ):
        assert _refuse(user, *words).strip()
    witness("F20", on=f"other words: {kind}", saw="exit 2 in 13 places; nothing appeared")


@NAMES
def test_as_address_of_a_new_board(user: User, kind: str) -> None:
    """Nobody listens there; whether refused (2) or not reached (5), nothing is written or run."""
    word = HOSTILE[kind]
    before = _everything(user)
    for words in (
        ("boards", "add", "b", f"{word}@127.0.0.1:1"),
        ("boards", "add", "b", "me@127.0.0.1:1", "--tag", word),
    ):
        ended = user.harness(*words, "--yes")
        assert ended.code in {2, 5}, (words, ended)
        assert "Traceback" not in ended.err
        assert _everything(user) == before
    witness("F20", on=f"boards add: {kind}", saw="exit 2 or 5; nothing appeared")


@pytest.mark.parametrize("kind", ["command substitution", "climbing path", "newline", "glob"])
def test_a_file_the_user_asks_for_is_that_file_and_no_other(user: User, kind: str) -> None:
    (user.folder / "out").mkdir()
    target = user.folder / "out" / f"{HOSTILE[kind].replace('/', '_')}.html"
    before = set(_everything(user))
    ended = user.harness("report", "last", "-o", str(target))
    assert ended.code == 0, ended.err
    assert set(_everything(user)) - before == {str(target)}
    witness("F20", on=f"-o: {kind}", saw="that file and no other")


def test_links_in_a_results_folder_are_not_written_through(user: User) -> None:
    """A results folder from a stranger: its report and index are links to the user's own files."""
    (run,) = user.results.glob("*/*/*")
    precious = user.folder.parent / "home" / ".profile"
    precious.write_text("precious")
    (run / "report.html").symlink_to(precious)
    (user.results / "index.sqlite").symlink_to(precious)
    (user.results / ".index.sqlite.tmp").symlink_to(precious)
    assert user.harness("report").code == 0
    assert user.harness("reindex").code == 0
    assert precious.read_text() == "precious"
    assert not (run / "report.html").is_symlink()
    witness("F20", on="links in a results folder", saw="replaced; what they lead to is untouched")


def test_files_behind_links_are_not_read_as_results(user: User) -> None:
    (run,) = user.results.glob("*/*/*")
    secret = user.folder.parent / "home" / "secret.json"
    (run / "measurements.jsonl").rename(secret)
    (run / "measurements.jsonl").symlink_to(secret)
    ended = user.harness("show")
    assert ended.code == 74
    assert "measurements.jsonl" in ended.err
    assert "pi5-a" not in ended.out
    witness("F20", on="a result file that is a link", saw="exit 74 with its path; not read")
