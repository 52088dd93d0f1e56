"""What is installed and removed in a folder of ours; the network is not asked here."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.boards import provision, pythons
from harness.boards.pythons import PYTHONS, PythonRuntime
from harness.errors import BoardError
from tests.boards.fixtures import Here


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A runtime `tiny` 1.5, as a wheel in a folder; pip may not look elsewhere."""
    import zipfile

    info = "tiny-1.5.dist-info"
    with zipfile.ZipFile(tmp_path / "tiny-1.5-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny.py", "__version__ = '1.5'\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.5\n")
        about = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", about)
        wheel.writestr(f"{info}/RECORD", "")
    table = {"tiny": PythonRuntime(modules=("tiny",), package="tiny==1.5")}
    monkeypatch.setattr(provision, "PYTHONS", {**PYTHONS, **table})
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return str(tmp_path / "board" / "harness")


def test_installed_found_and_removed(tiny: str) -> None:
    assert provision.seek(Here(), tiny).found == {}
    place = f"{tiny}/runtimes/tiny-1.5/bin/python3"
    for seen in (provision.install(Here(), tiny, "tiny", board="b"), provision.seek(Here(), tiny)):
        assert seen.found == {"tiny": place}
        assert seen.versions == {"tiny": "1.5"}
    assert provision.remove(Here(), tiny) == ("tiny-1.5",)
    assert not Path(tiny, "runtimes").exists()
    assert provision.remove(Here(), tiny) == ()


def test_what_pip_refuses_is_said_and_leaves_nothing(tiny: str) -> None:
    with pytest.raises(BoardError, match=r"ncnn==.* cannot be installed: .*No matching distrib"):
        provision.install(Here(), tiny, "ncnn", board="b")
    assert list(Path(tiny, "runtimes").iterdir()) == []


def test_nothing_is_removed_that_is_not_ours(tmp_path: Path) -> None:
    foreign = tmp_path / "runtimes" / "mine"
    foreign.mkdir(parents=True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "harness-runtime").write_text("ncnn\n")
    (tmp_path / "runtimes" / "link").symlink_to(other)
    assert provision.remove(Here(), str(tmp_path)) == ()
    assert foreign.exists()
    assert (other / "harness-runtime").exists()


def test_the_table_names_what_pip_would_be_asked_for() -> None:
    for name, one in PYTHONS.items():
        assert name in pythons.ASK
        package, _, version = one.package.partition("==")
        assert package
        assert version[:1].isdigit()


def test_a_module_that_kills_its_interpreter_spoils_itself_only(tmp_path: Path) -> None:
    from harness.boards.probe import probe
    from harness.records.board import BoardEntry

    (tmp_path / "ncnn.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGILL)\n")
    (tmp_path / "openvino.py").write_text(
        "__version__ = '9'\nclass Core:\n    available_devices = ['CPU', 'GPU.0']\n"
    )
    wrapper = tmp_path / "python"
    wrapper.write_text(f'#!/bin/sh\nPYTHONPATH={tmp_path} exec {sys.executable} "$@"\n')
    wrapper.chmod(0o755)
    names = ("ncnn", "openvino", "litert")
    places = dict.fromkeys(names, str(wrapper))
    seen = probe(Here(), BoardEntry(name="b", host="x", runtimes=places))
    assert seen.runtimes["openvino"] == str(wrapper)
    assert seen.runtime_devices["openvino"] == ("CPU", "GPU.0")
    assert "status 132" in seen.runtime_absent["ncnn"]
    assert "No module named 'ai_edge_litert'" in seen.runtime_absent["litert"]
    assert "python3 -m pip install ai-edge-litert==" in seen.runtime_absent["litert"]


def test_a_folder_with_an_interpreter_and_one_with_a_setup_script(tmp_path: Path) -> None:
    from harness.boards.probe import probe
    from harness.records.board import BoardEntry

    archive = tmp_path / "openvino_2022"
    (archive / "python").mkdir(parents=True)
    (archive / "python" / "openvino.py").write_text("__version__ = '2022.3'\n")
    (archive / "setupvars.sh").write_text(
        'export PYTHONPATH="$(dirname "${BASH_SOURCE[0]}")/python"\n'
    )
    home = Path(sys.executable).parent.parent
    places = {"openvino": str(archive), "onnxruntime": str(home)}
    seen = probe(Here(), BoardEntry(name="b", host="x", runtimes=places))
    assert seen.runtimes["openvino"] == f"{archive}/"
    assert seen.runtime_versions["openvino"] == "2022.3"
    assert seen.runtimes["onnxruntime"] == f"{home}/bin/python3"
