"""`harness networks` and files in suites, as a user meets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.config.network import load_sidecar
from harness.networks.plans.plan import read_plan
from tests.helpers.cli import Ended, User
from tests.networks import owned

if TYPE_CHECKING:
    from pathlib import Path

BOTH = (
    "  - {networks: [./mine.onnx], schemes: [fp32, w8a8], runtimes: [native, onnxruntime]}\n"
    "  - {networks: [./quantised.onnx], schemes: [w8a8], runtimes: [native, onnxruntime]}"
)


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def verdicts(ended: Ended) -> dict[str, str]:
    """Return the first column of `check` with the second."""
    rows = [line.split("  ") for line in ended.out.splitlines()]
    return {row[0]: next(cell for cell in row[1:] if cell).strip() for row in rows}


def test_own_files_from_the_suite_to_the_record_and_again(user: User) -> None:
    path = owned.write(user.folder)
    owned.write_quantised(user.folder)
    owned.write_golden(path)
    user.suite("local", BOTH)
    ended = user.harness("run", "suite.yaml", "--no-report")
    assert ended.code == 0, ended.err
    rows = {(r["workload"][:-9], r["scheme"], r["runtime"]): r for r in user.rows()}
    assert len(rows) == 6
    assert {r["status"] for r in rows.values()} <= {"OK", "SUSPECT"}
    assert all(r["check"]["passed"] and r["weights"] == "trained" for r in rows.values())
    golden = rows["mine", "fp32", "onnxruntime"]
    assert golden["check"] == {
        "kind": "controller-golden",
        "passed": True,
        "detail": "input: golden input",
    }
    assert rows["mine", "w8a8", "native"]["accuracy"]["metric"] == "max_abs"
    assert rows["quantised", "w8a8", "native"]["check"]["kind"] == "controller-exact"

    shown = {r["status"].lower() for r in rows.values()}
    words = ("rerun", "last", "--status", ",".join(shown), "--no-report")
    ended = user.harness(*words)
    assert ended.code == 0, ended.err
    assert len(user.rows()) == 6
    owned.write(user.folder, seed=2)
    ended = user.harness(*words)
    assert ended.code == 2
    assert "begin a new run" in ended.err
    assert "Traceback" not in ended.err


def test_a_suite_names_its_faults(user: User) -> None:
    user.suite("local", "  - {networks: [./no.onnx], schemes: [fp32]}")
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert "suite.yaml:" in ended.err
    assert "No such file" in ended.err
    owned.write_unknown(user.folder)
    user.suite("local", "  - {networks: [./unknown.onnx], schemes: [fp32], runtimes: [native]}")
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert "'the end' (Sigmoid" in ended.err
    assert "knows fp32 by onnxruntime" in ended.err
    owned.write(user.folder)
    user.suite("local", "  - {networks: [./mine.onnx], schemes: [w1a1]}")
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert "knows w8a8 by native or onnxruntime" in ended.err


def test_what_cannot_be_imported_runs_where_the_file_is_loaded(user: User) -> None:
    owned.write_unknown(user.folder)
    user.suite(
        "local", "  - {networks: [./unknown.onnx], schemes: [fp32], runtimes: [onnxruntime]}"
    )
    ended = user.harness("run", "suite.yaml", "--no-report")
    assert ended.code == 0, ended.err
    assert "as it is: cannot take the node 'the end' (Sigmoid" in ended.err
    (row,) = user.rows()
    assert row["status"] in {"OK", "SUSPECT"}
    assert row["check"] == {
        "kind": "controller-seeded",
        "passed": True,
        "detail": "input: seeded noise",
    }
    assert not row.get("macs_by_precision")


def test_a_missed_golden_output_ends_before_any_board(user: User) -> None:
    owned.write_golden(owned.write(user.folder), off=0.5)
    user.suite("local", "  - {networks: [./mine.onnx], schemes: [w8a8]}")
    ended = user.harness("run", "suite.yaml")
    assert ended.code == 2
    assert "max_abs is 0.5" in ended.err
    assert not user.results.exists()


def test_a_link_out_of_the_suites_folder_is_refused(user: User, tmp_path: Path) -> None:
    (user.folder / "inner").mkdir()
    owned.write(tmp_path)
    (user.folder / "inner" / "link.onnx").symlink_to(tmp_path / "mine.onnx")
    user.suite("local", "  - {networks: [./link.onnx], schemes: [fp32]}").rename(
        user.folder / "inner" / "suite.yaml"
    )
    ended = user.harness("run", "inner/suite.yaml")
    assert ended.code == 2
    assert "leads out of the suite's folder" in ended.err


def test_check_of_a_file(user: User) -> None:
    owned.write(user.folder)
    ended = user.harness("networks", "check", "mine.onnx")
    assert ended.code == 0, ended.out + ended.err
    found = verdicts(ended)
    for name in ("native", "onnxruntime", "ncnn", "litert", "import = onnxruntime"):
        assert found[name] == "yes", ended.out
    assert found["plan w4a8 = model"] == "yes"
    assert "w4a8 costs" in found


def test_check_says_who_takes_what_cannot_be_imported(user: User) -> None:
    owned.write_unknown(user.folder)
    ended = user.harness("networks", "check", "unknown.onnx")
    found = verdicts(ended)
    assert (found["native"], found["onnxruntime"]) == ("no", "yes")
    assert "'the end' (Sigmoid" in ended.out
    assert ended.code == 1
    assert "Traceback" not in ended.err


def test_check_finds_a_golden_output_that_is_missed(user: User) -> None:
    owned.write_golden(owned.write(user.folder), off=0.5)
    ended = user.harness("networks", "check", "mine.onnx")
    assert ended.code == 1
    assert verdicts(ended)["fp32 = sidecar"] == "no"


def test_import_writes_a_plan_and_begins_a_sidecar_once(user: User) -> None:
    path = owned.write(user.folder)
    ended = user.harness("networks", "import", "mine.onnx")
    assert ended.code == 0, ended.err
    assert read_plan((user.folder / "mine.plan").read_bytes()).name.startswith("mine-")
    assert load_sidecar(path.with_suffix(".yaml")).input.shape == (1, 3, 12, 12)
    again = user.harness("networks", "import", "mine.onnx")
    assert again.code == 2
    assert "not overwritten" in again.err
    path.with_suffix(".yaml").write_text("mine\n", encoding="utf-8")
    other = user.harness("networks", "import", "mine.onnx", "-o", "other.plan")
    assert "left as it is" in other.out or other.code == 2
    assert path.with_suffix(".yaml").read_text(encoding="utf-8") == "mine\n"


def test_list_and_inspect(user: User) -> None:
    listed = user.harness("networks", "list")
    assert listed.code == 0
    assert any(
        "squeezenet1_0" in line and "w4a8: native" in line for line in listed.out.splitlines()
    )
    owned.write(user.folder)
    seen = user.harness("networks", "inspect", "mine.onnx", "--scheme", "w8a8")
    assert seen.code == 0, seen.err
    assert "k2s2" in seen.out
    assert "w8a8 72,656" in seen.out
    unknown = user.harness("networks", "inspect", "nothing")
    assert unknown.code == 2
    assert "known networks" in unknown.err
