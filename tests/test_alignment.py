"""Alignment: altered copies match, pictures that only look alike do not."""

import cv2
import numpy as np
import pytest

from helpers.features import alignment, perceptual


def lesion(seed):
    """Return a lesion-like blob on noisy skin: all of them look alike from afar."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:150, :200]
    spot = np.exp(-(((x - 100) / 40) ** 2 + ((y - 75) / 30) ** 2))
    fine = cv2.GaussianBlur(
        rng.standard_normal((150, 200)).astype(np.float32), (0, 0), 2
    )
    gray = 190 - 110 * spot + 60 * fine
    colours = np.array([1.0, 0.8, 0.7])
    return np.clip(gray[..., None] * colours, 0, 255).astype(np.uint8)


def turned(rgb, angle_deg):
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1)
    return cv2.warpAffine(rgb, matrix, (width, height), borderMode=cv2.BORDER_REFLECT)


COPIES = {
    "the same": lambda rgb: rgb,
    "cropped": lambda rgb: rgb[15:, 8:-14],
    "smaller": lambda rgb: cv2.resize(rgb, (110, 82), interpolation=cv2.INTER_AREA),
    "brighter": lambda rgb: cv2.convertScaleAbs(rgb, alpha=1.15, beta=8),
    "mirrored": lambda rgb: rgb[:, ::-1],
    "upside down": lambda rgb: rgb[::-1],
    "transposed": lambda rgb: rgb.swapaxes(0, 1),
    "turned": lambda rgb: turned(rgb, 6),
}


def match(one, other):
    squares = alignment.thumbnails(map(np.ascontiguousarray, (one, other)))
    return alignment.match_pairs(squares, np.array([0]), np.array([1])).iloc[0]


@pytest.mark.parametrize("name", COPIES)
def test_an_altered_copy_matches(name):
    picture = lesion(1)
    assert match(picture, COPIES[name](picture))["match"] > 0.85
    assert match(COPIES[name](picture), picture)["match"] > 0.85


@pytest.mark.parametrize("name", COPIES)
def test_a_lesion_that_only_looks_alike_does_not_match(name):
    assert match(lesion(1), COPIES[name](lesion(2)))["match"] < 0.5


def test_the_orientation_is_found():
    picture = lesion(3)
    picture[20:50, 20:60] //= 2  # so that no orientation resembles another
    for k in range(8):
        found = match(picture, perceptual.orient(picture, k))
        assert found["orientation"] == k and found["match"] > 0.95


def test_the_answer_depends_neither_on_threads_nor_on_batches(monkeypatch):
    squares = alignment.thumbnails(lesion(seed) for seed in range(4))
    i, j = np.triu_indices(4, 1)
    one = alignment.match_pairs(squares, i, j, n_threads=1)
    monkeypatch.setattr(alignment, "_PAIRS_AT_ONCE", 2)
    assert alignment.match_pairs(squares, i, j, n_threads=3).equals(one)


def test_flat_pictures_and_no_pairs_at_all():
    flat = np.full((2, 96, 96), 128, np.uint8)
    found = alignment.match_pairs(flat, np.array([0]), np.array([1]))
    assert found["match"].tolist() == [0]
    none = np.empty(0, np.int64)
    assert alignment.match_pairs(flat, none, none).empty


def test_thumbnails_have_one_size_whatever_the_picture():
    sizes = [(1, 1), (1, 300), (500, 40), (96, 96)]
    rng = np.random.default_rng(0)
    pictures = [rng.integers(0, 256, (*size, 3), dtype=np.uint8) for size in sizes]
    squares = alignment.thumbnails(pictures)
    assert squares.shape == (4, 96, 96) and squares.dtype == np.uint8
