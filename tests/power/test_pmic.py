"""The power chip of a Raspberry Pi 5: pairs by name, failures as text; the C reader agrees."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.config.tree import parse_tree
from harness.power import pmic
from harness.power.discover import discover
from tests.power.fixtures import CORPUS, Seen

KERNELS = Path(__file__).parents[2] / "kernels"
CAPTURED = CORPUS / "vcgencmd" / "pi5_pmic_read_adc_a.txt"
TEXT = """\
  3V3_SYS_A current(1)=0.10000000A
 VDD_CORE_A current(7)=2.00000000A
  3V3_SYS_V volt(9)=3.30000000V
 VDD_CORE_V volt(15)=0.90000000V
    EXT5V_V volt(24)=5.05716000V
     BATT_V volt(25)=0.00000000V
"""
PI4 = 'error=1 error_msg="Command not registered"\n'


def probed(text: str) -> dict[str, str]:
    """As the probe writes it: one line a rail below the device."""
    rows = [[*line.split(None, 1), ""][:2] for line in text.splitlines() if line.strip()]
    return parse_tree("/dev/vcio:present\n" + "\n".join(f"/dev/vcio/{n}:{v}" for n, v in rows))


def test_rails_that_have_both_are_paired_by_name() -> None:
    rails, why = pmic.parse(TEXT)
    assert why == ""
    assert rails == pytest.approx({"3V3_SYS": 0.33, "VDD_CORE": 1.8})


def test_one_sensor_for_the_sum() -> None:
    (sensor,), _ = discover(Seen(files=probed(TEXT), compatible=("raspberrypi,5-model-b",)))
    assert (sensor.id, sensor.kind, sensor.path) == ("pmic:sum", "pmic", "/dev/vcio")
    assert (sensor.scope, sensor.scale, sensor.gain) == ("rails", 1e-6, 0.1)
    assert sensor.period_ms == 200


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (probed(PI4), "pmic_read_adc: no currents in the answer: error=1 error_msg="),
        (probed(TEXT[:110]), "VDD_CORE without amperes and volts"),
        ({"/dev/vcio": "present"}, "no vcgencmd: install"),
        ({"/dev/vcio": "!EACCES"}, "usermod -aG video"),
        (
            probed(TEXT.replace("2.0000", "900.0000").replace("0.9000", "9.0000")),
            "W are not those of a board",
        ),
        (probed("VCHI initialization failed"), "VCHI initialization failed"),
    ],
)
def test_no_sum_in_words(files: dict[str, str], words: str) -> None:
    sensors, absent = discover(Seen(files=files))
    assert sensors == ()
    assert words in absent
    assert "looked at" in absent


def test_an_older_pi_is_known_to_have_none() -> None:
    _, absent = discover(Seen(files=probed(PI4), compatible=("raspberrypi,4-model-b",)))
    assert "a Raspberry Pi before the 5 measures volts" in absent


LINES = st.sampled_from([*TEXT.splitlines(), *PI4.splitlines(), "X_A current(1)=", "", " ", "\x00"])
NUMBER = st.from_regex(r"[0-9]{1,5}(\.[0-9]{0,9})?", fullmatch=True) | st.text("0123456789.-eAV ")
NAME = st.sampled_from(["A_A", "A_V", "B_A", "B_V", "_A", "_V", "C", "ABC_A", "ABC_V"])
ROW = st.builds(
    "{} {}({})={}{}".format,
    NAME,
    st.sampled_from(["current", "volt", "x"]),
    st.integers(0, 30),
    NUMBER,
    st.sampled_from(["A", "V", "A ", ""]),
)


@given(st.text(max_size=300) | st.lists(LINES | ROW).map("\n".join))
def test_any_text_is_watts_or_words(text: str) -> None:
    rails, why = pmic.parse(text)
    assert bool(rails) != bool(why)
    assert sum(rails.values()) <= 2000
    assert all(watts >= 0 for watts in rails.values())


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a program that prints what the runner's C makes of each file named to it."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no gcc here: make test-deps")
    program = tmp_path_factory.mktemp("pmic") / "pmic"
    flags = ["-std=gnu11", "-O1", "-g", "-fsanitize=address,undefined", f"-I{KERNELS}"]
    files = [str(Path(__file__).with_name("pmic_main.c")), str(KERNELS / "board" / "pmic.c")]
    subprocess.run([compiler, *flags, *files, "-o", str(program)], check=True)
    return program


def sums(reader: Path, folder: Path, texts: list[bytes]) -> list[str]:
    paths = [folder / str(number) for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text)
    done = subprocess.run([str(reader), *map(str, paths)], check=True, capture_output=True)
    return done.stdout.decode().split()


def examples() -> list[str]:
    """Texts that a board might give, whole and damaged, the same in every run."""
    cut = [TEXT[:n] for n in range(0, len(TEXT), 3)]
    swapped = [TEXT.replace(a, b) for a, b in (("A c", "V c"), ("volt", "current"), ("=", "=-"))]
    odd = ["_A current(1)=1.0A\n_V volt(2)=1.0V", "X_A\ncurrent(1)=1.0A", "X_A current(1)=1.0A "]
    large = [TEXT.replace("2.0", n) for n in ("999.0", "1001.0", "99999999999999999999.0", "2")]
    return [TEXT, TEXT.replace("\n", "\r\n"), PI4, "", "\n\n", *cut, *swapped, *odd, *large]


def test_the_runners_reader_agrees(reader: Path, tmp_path: Path) -> None:
    texts = examples()
    found = sums(reader, tmp_path, [text.encode() for text in texts])
    assert found[0] == "2130000"
    for text, sum_uw in zip(texts, found, strict=True):
        rails, _ = pmic.parse(text)
        want = sum(rails.values()) * 1e6
        assert (sum_uw != "none") == bool(rails), text
        if rails:
            assert float(sum_uw) == pytest.approx(want, abs=2.0), text


def test_the_runners_reader_lives_through_noise(reader: Path, tmp_path: Path) -> None:
    noise = [bytes((i * 7919 + j * j) % 251 for j in range(1200)) for i in range(20)]
    mixed = [TEXT.encode()[:i] + one[i:] for i, one in enumerate(noise)]
    assert len(sums(reader, tmp_path, noise + mixed)) == 40


@pytest.mark.corpus
@pytest.mark.skipif(not CAPTURED.is_file(), reason="no captured boards beside the checkout")
def test_the_captured_answer(reader: Path, tmp_path: Path) -> None:
    text = CAPTURED.read_text(encoding="utf-8")
    rails, _ = pmic.parse(text)
    assert len(rails) == 12
    assert sum(rails.values()) == pytest.approx(2.948, abs=0.001)
    assert len(discover(Seen(files=probed(text)))[0]) == 1
    (found,) = sums(reader, tmp_path, [text.encode()])
    assert int(found) == pytest.approx(sum(rails.values()) * 1e6, abs=12)
    assert len(re.findall("current", text)) == 12
