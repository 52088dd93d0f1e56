from __future__ import annotations

from harness.networks.sources import seeds


def test_words_are_those_of_splitmix64() -> None:
    # the published first outputs for seed 0
    assert [int(w) for w in seeds.words(0, 3)] == [
        0xE220A8397B1DCDAF,
        0x6E789E6AA1B965F4,
        0x06C45D188009454F,
    ]


def test_bytes_are_words_low_byte_first() -> None:
    assert seeds.byte_stream(0, 10) == bytes.fromhex("afcd1d7b39a820e2f465")


def test_integers_reach_both_ends_and_no_further() -> None:
    drawn = seeds.integers(7, 10_000, -3, 3)
    assert set(drawn.tolist()) == {-3, -2, -1, 0, 1, 2, 3}


def test_normals_have_mean_zero_and_deviation_one() -> None:
    for draw in (seeds.normals, seeds.quick_normals):
        drawn = draw(7, 20_000)
        assert abs(float(drawn.mean())) < 0.02
        assert abs(float(drawn.std()) - 1.0) < 0.02


def test_kernels_keep_the_deviation_behind_a_relu() -> None:
    kernel = seeds.he_kernel(3, "layer", (64, 3, 3, 32))
    assert kernel.shape == (64, 3, 3, 32)
    assert abs(float(kernel.std()) * (9 * 32 / 2) ** 0.5 - 1.0) < 0.02


def test_streams_differ_by_name_and_seed() -> None:
    names = {seeds.stream_seed(s, n) for s in (0, 1) for n in ("a", "b")}
    assert len(names) == 4
