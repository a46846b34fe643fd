"""Perceptual hashes: imagehash's own answer, eight orientations, all pairs."""

import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage import data

from helpers.base.errors import ParameterError
from helpers.features import perceptual


def some_pictures():
    rng = np.random.default_rng(0)
    astronaut = data.astronaut()
    return [
        astronaut,
        astronaut[:300, 40:],
        data.coffee(),
        rng.integers(0, 256, (150, 200, 3), dtype=np.uint8),
        rng.integers(0, 256, (20, 31, 3), dtype=np.uint8),
    ]


def test_orientation_0_is_the_hash_of_imagehash():
    pictures = some_pictures()
    ours = perceptual.perceptual_hashes(perceptual.gray_squares(pictures))[:, 0]
    theirs = [int(str(imagehash.phash(Image.fromarray(p))), 16) for p in pictures]
    assert ours.tolist() == theirs


@pytest.mark.parametrize("k", range(8))
def test_each_orientation_is_the_hash_of_the_picture_so_turned(k):
    squares = perceptual.gray_squares(some_pictures())
    turned = np.stack([perceptual.orient(square, k) for square in squares])
    at_once = perceptual.perceptual_hashes(squares)[:, k]
    one_by_one = perceptual.perceptual_hashes(turned)[:, 0]
    # Rounding may decide a bit whose wave equals the median.
    assert np.bitwise_count(at_once ^ one_by_one).max() <= 1


def test_a_mirrored_file_is_found_at_distance_zero_or_near():
    picture = data.astronaut()
    for k in range(8):
        pair = [np.ascontiguousarray(perceptual.orient(picture, k)), picture]
        hashes = perceptual.perceptual_hashes(perceptual.gray_squares(pair))
        found = perceptual.hamming_pairs(hashes, 4)
        assert len(found) == 1
        back = perceptual.orient(pair[0], int(found["orientation"][0]))
        assert np.array_equal(back, picture)


def test_the_eight_orientations_differ_and_keep_all_pixels():
    picture = np.arange(6).reshape(2, 3)
    seen = {perceptual.orient(picture, k).tobytes() for k in range(8)}
    assert len(seen) == 8
    shapes = [perceptual.orient(picture, k).shape for k in range(8)]
    assert shapes == [(2, 3)] * 4 + [(3, 2)] * 4


def slow_pairs(hashes, max_distance):
    found = []
    for i in range(len(hashes)):
        for j in range(i + 1, len(hashes)):
            bits = [bin(int(h) ^ int(hashes[j, 0])).count("1") for h in hashes[i]]
            if min(bits) <= max_distance:
                found.append((i, j, min(bits), bits.index(min(bits))))
    return found


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 30), st.integers(0, 34))
def test_pairs_are_those_of_a_plain_loop(seed, n, max_distance):
    rng = np.random.default_rng(seed)
    hashes = rng.integers(0, 2**63, (n, 8), dtype=np.uint64)
    hashes[n // 2 :, 0] = hashes[: n - n // 2, 3]
    found = perceptual.hamming_pairs(hashes, max_distance)
    assert [*found.itertuples(index=False, name=None)] == slow_pairs(
        hashes, max_distance
    )


def test_pairs_do_not_depend_on_the_blocks(monkeypatch):
    rng = np.random.default_rng(1)
    hashes = rng.integers(0, 2**63, (100, 8), dtype=np.uint64)
    whole = perceptual.hamming_pairs(hashes, 24)
    monkeypatch.setattr(perceptual, "_BLOCK_ROWS", 7)
    assert perceptual.hamming_pairs(hashes, 24).equals(whole)


def test_too_many_pairs_and_odd_distances_are_refused():
    blank = np.zeros((50, 8), dtype=np.uint64)
    with pytest.raises(ParameterError, match="1,225 pairs lie within 3 bits"):
        perceptual.hamming_pairs(blank, 3, max_pairs=1000)
    with pytest.raises(ParameterError, match="64 of 64 bits"):
        perceptual.hamming_pairs(blank, 64)


def test_no_picture_at_all():
    squares = perceptual.gray_squares([])
    hashes = perceptual.perceptual_hashes(squares)
    assert squares.shape == (0, 32, 32) and hashes.shape == (0, 8)
    assert perceptual.hamming_pairs(hashes, 8).empty
