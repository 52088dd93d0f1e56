"""What is taken out of recordings, and what must stay in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.boards.redact import redact, redact_answer, secrets_of
from harness.transport.frames import FrameReader, encode
from harness.transport.replay import Answer

ADDRESS = "10.1.2.3"  # of nobody
HOME = "/home/" + "alice"  # one that no file of this repository may name


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (
            "== machine_id\n|0123456789abcdef\n== cpuinfo\n",
            "== machine_id\n|redacted\n== cpuinfo\n",
        ),
        ("== serial\n|1421020012345\n|x\n", "== serial\n|redacted\n"),
        ("== serial\n== files\n|/a:1\n", "== serial\n== files\n|/a:1\n"),
        ("|Serial\t\t: 100000003d1d1c36\n", "|Serial\t\t: redacted\n"),
        (f"{HOME}/venv/bin/python3", "/home/user/venv/bin/python3"),
        (f"{HOME.replace('home', 'Users')}: no", "/home/user: no"),
        ("/root/.cache /root", "/home/user/.cache /home/user"),
        ("/rootfs /usr/share", "/rootfs /usr/share"),
        (f"ssh {ADDRESS} port", "ssh 192.0.2.1 port"),
        (f"ip-{ADDRESS}. {ADDRESS}: no", "ip-192.0.2.1. 192.0.2.1: no"),
        ("fd12::34: no route, fd12::34.", "2001:db8::1: no route, 2001:db8::1."),
        ("is at 3c-6d-66-01-02-03.", "is at 02-00-00-00-00-00."),
        ("fe80::1ff:fe23:4567:890a%eth0", "2001:db8::1%eth0"),
        ("eth0 3c:6d:66:01:02:03,", "eth0 02:00:00:00:00:00,"),
        ("id 0123456789abcdef0123456789abcdef.", f"id {'0' * 32}."),
        ("2F1B0C3A-1111-4222-8333-444455556666", "00000000-0000-4000-8000-000000000000"),
        # what looks alike and must stay
        (
            "/sys/class/powercap/intel-rapl:0:1/name:dram",
            "/sys/class/powercap/intel-rapl:0:1/name:dram",
        ),
        ("6-0040 1.31.1 5.10.104-tegra 12:34:56", "6-0040 1.31.1 5.10.104-tegra 12:34:56"),
        ("ab" * 32, "ab" * 32),
        ("0000:00:1f.3", "0000:00:1f.3"),
    ],
)
def test_redaction(text: str, clean: str) -> None:
    assert redact(text) == clean
    assert redact(clean) == clean


def test_known_words_are_taken_out_wherever_they_stand() -> None:
    secrets = secrets_of([f"alice@gate.lab:22,{ADDRESS}", "nvidia", "pi", "", None, "73519283"])
    assert "nvidia" not in secrets
    assert "pi" not in secrets
    text = "alice on gate.lab and gate, malice 73519283; nvidia,tegra234 Raspberry pi"
    assert redact(text, secrets) == (
        "redacted on redacted and redacted, malice redacted; nvidia,tegra234 Raspberry pi"
    )


def test_a_redacted_frame_still_verifies() -> None:
    payload = {"kind": "hello", "boot_id": "2f1b0c3a-1111-4222-8333-444455556666", "cores": 2}
    data = f"noise {HOME}\n".encode() + encode(0, {**payload, "words": [f"é {HOME}/x"]})
    answer = redact_answer(Answer(argv=(f"{HOME}/runner",), stdout=data, status=0))
    noise, line = answer.stdout.splitlines(keepends=True)
    frame = FrameReader().feed(line)
    assert frame is not None
    assert frame.payload["words"] == ["é /home/user/x"]
    assert frame.payload["boot_id"].startswith("00000000-")
    assert (noise, answer.argv) == (b"noise /home/user\n", ("/home/user/runner",))
    assert redact(f"HB1 0 5 damaged {HOME}") == "HB1 0 5 damaged /home/user"


@given(st.text(max_size=200), st.lists(st.text(max_size=12), max_size=3))
def test_redacting_twice_changes_nothing_more_and_keeps_lines(text: str, words: list[str]) -> None:
    secrets = secrets_of(words)
    once = redact(text, secrets)
    assert redact(once, secrets) == redact(redact(once, secrets), secrets)
    assert all(f" {secret} " not in once for secret in secrets if secret.isalpha())


@pytest.mark.parametrize("text", [":", "\n", "|", "a:", "/home/", "== serial\n", "1.", "serial"])
def test_hostile_repetitions_cost_no_more_than_their_length(text: str) -> None:
    assert redact(text * 100_000)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_redacted(data: bytes) -> None:
    assert isinstance(redact_answer(Answer(stdout=data)).stdout, bytes)
