from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import ProtocolError
from harness.transport.frames import Frame, FrameReader, crc32c, encode, strict_json

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
PAYLOADS = st.dictionaries(st.text(max_size=8), JSON, max_size=5).map(
    lambda rest: {"kind": "sample", **{k: v for k, v in rest.items() if k != "kind"}}
)


def _frames(reader: FrameReader, data: bytes) -> list[Frame]:
    found = []
    for line in data.split(b"\n")[:-1]:
        frame = reader.feed(line + b"\n")
        if frame is not None:
            found.append(frame)
    last = reader.feed(data.rpartition(b"\n")[2])
    assert last is None
    return found


def _survivors(data: bytes) -> list[Frame]:
    """All frames that come before the reader gives up."""
    reader, found = FrameReader(), []
    for line in data.splitlines(keepends=True):
        try:
            frame = reader.feed(line)
        except ProtocolError:
            break
        if frame is not None:
            found.append(frame)
    return found


def test_crc32c_is_castagnoli() -> None:
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(b"") == 0


@given(st.lists(PAYLOADS, max_size=5))
def test_what_is_encoded_is_read_back(payloads: list[dict[str, object]]) -> None:
    data = b"".join(encode(seq, payload) for seq, payload in enumerate(payloads))
    frames = _frames(FrameReader(), data)
    assert [frame.payload for frame in frames] == payloads
    assert [frame.seq for frame in frames] == list(range(len(payloads)))
    assert all(json.loads(frame.raw) == frame.payload for frame in frames)


THREE = [
    {"kind": "hello", "version": "0.1.0", "seed": 1},
    {"kind": "sample", "item": "a", "wall_ns": [12, 13, 14], "check_before": True},
    {"kind": "end", "frames": 2},
]
WIRE = b"".join(encode(seq, payload) for seq, payload in enumerate(THREE))


@pytest.mark.parametrize("cut", range(len(WIRE) + 1))
def test_a_cut_stream_never_gives_a_wrong_payload(cut: int) -> None:
    found = _survivors(WIRE[:cut])
    assert [frame.payload for frame in found] == THREE[: len(found)]
    assert len(found) == WIRE[:cut].count(b"\n")


@given(at=st.integers(0, len(WIRE) - 1), byte=st.integers(0, 255))
def test_a_changed_byte_never_gives_a_wrong_payload(at: int, byte: int) -> None:
    found = _survivors(WIRE[:at] + bytes([byte]) + WIRE[at + 1 :])
    assert [frame.payload for frame in found] == THREE[: len(found)]


@pytest.mark.parametrize("at", range(len(WIRE)))
def test_a_dropped_or_doubled_byte_never_gives_a_wrong_payload(at: int) -> None:
    for damaged in (WIRE[:at] + WIRE[at + 1 :], WIRE[: at + 1] + WIRE[at:]):
        found = _survivors(damaged)
        assert [frame.payload for frame in found] == THREE[: len(found)]


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """Lines doubled, lost, swapped or parted, and bytes changed: up to three of these."""
    lines = WIRE.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        what = draw(st.sampled_from(["double", "lose", "swap", "part", "change", "noise"]))
        if what == "double":
            lines.insert(draw(st.integers(0, len(lines))), lines[at])
        elif what == "lose" and len(lines) > 1:
            del lines[at]
        elif what == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif what == "part":
            cut = draw(st.integers(0, len(lines[at])))
            lines[at : at + 1] = [part for part in (lines[at][:cut], lines[at][cut:]) if part]
        elif what == "change":
            cut = draw(st.integers(0, len(lines[at]) - 1))
            byte = draw(st.integers(0, 255))
            lines[at] = lines[at][:cut] + bytes([byte]) + lines[at][cut + 1 :]
        else:
            lines.insert(at, draw(st.binary(max_size=30)) + b"\n")
    return b"".join(lines)


@given(_damaged())
def test_damage_of_every_kind_gives_a_prefix_or_nothing(data: bytes) -> None:
    found = _survivors(data)
    assert [frame.payload for frame in found] == THREE[: len(found)]


@given(st.binary(max_size=200))
def test_noise_is_no_frame_and_no_crash(noise: bytes) -> None:
    if not noise.startswith(b"HB1 "):
        assert FrameReader().feed(noise) is None


@given(st.binary(max_size=200))
def test_anything_after_the_mark_is_refused_or_ignored(rest: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        assert FrameReader().feed(b"HB1 " + rest) is None


@pytest.mark.parametrize("first", [1, 2, 10**18])
def test_a_gap_is_an_error_that_names_the_missing_frame(first: int) -> None:
    with pytest.raises(ProtocolError, match="frame 0 "):
        FrameReader().feed(encode(first, {"kind": "sample"}))


def test_a_reader_can_begin_later() -> None:
    frame = FrameReader(7).feed(encode(7, {"kind": "sample"}))
    assert frame is not None
    assert (frame.seq, frame.kind) == (7, "sample")


def test_a_repeated_frame_is_an_error() -> None:
    reader = FrameReader()
    reader.feed(encode(0, {"kind": "hello"}))
    with pytest.raises(ProtocolError):
        reader.feed(encode(0, {"kind": "hello"}))


def test_a_line_past_the_cap_is_an_error_even_unfinished() -> None:
    with pytest.raises(ProtocolError, match="64 KiB"):
        FrameReader().feed(b"HB1 0 99999 00000000 " + b"x" * (64 << 10))


@pytest.mark.parametrize(
    "text",
    [
        '{"kind":"a","x":NaN}',
        '{"kind":"a","x":Infinity}',
        '{"kind":"a","x":-Infinity}',
        '{"kind":"a","x":1e999}',
        '{"kind":"a","x":' + "9" * 30 + "}",
        '{"kind":"a","x":' + "9" * 5000 + "}",
        '{"kind":"a","kind":"b"}',
        '{"kind":"a","x":{"y":1,"y":2}}',
        '{"kind":"a","x":' + "[" * 20 + "]" * 20 + "}",
        '{"kind":"a","x":' + "[" * 30000 + "]" * 30000 + "}",
        '{"kind":1}',
        '{"x":1,"kind":"a"}',
        "{}",
        "[]",
        '"kind"',
        '{"kind":"a"} {}',
        '{"kind":"\u00e9"}',
        "",
    ],
)
def test_loose_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - json has messages of its own
        strict_json(text.encode())
    raw = text.encode()
    with pytest.raises(ProtocolError):
        FrameReader().feed(b"HB1 0 %d %08x %s\n" % (len(raw), crc32c(raw), raw))


def test_brackets_inside_strings_are_no_depth() -> None:
    text = json.dumps({"kind": "a", "x": "[" * 50 + '\\"' + "{" * 50})
    assert strict_json(text.encode())["kind"] == "a"


def test_negative_numbers_keep_their_sign() -> None:
    assert strict_json(b'{"kind":"a","x":-5,"y":-2.5}') == {"kind": "a", "x": -5, "y": -2.5}
