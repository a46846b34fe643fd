"""Measures of picture files whose answers are known."""

import cv2
import numpy as np
import pytest

from helpers.images import measures


def write_png(path, rgb, level=3):
    settings = [cv2.IMWRITE_PNG_COMPRESSION, level]
    path.write_bytes(cv2.imencode(".png", rgb[..., ::-1], settings)[1].tobytes())
    return path


@pytest.fixture
def rgb():
    return np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8)


def test_size_and_intensity(tmp_path):
    flat = np.full((30, 40, 3), (10, 20, 60), np.uint8)
    row = measures.measure_pictures([write_png(tmp_path / "a.png", flat)]).iloc[0]
    assert (row.width_px, row.height_px) == (40, 30)
    assert row.mean_intensity == pytest.approx(30)
    assert row.n_bytes == (tmp_path / "a.png").stat().st_size and row.problem == ""


def test_hash_is_of_the_bytes_and_not_of_the_pixels(tmp_path, rgb):
    paths = [write_png(tmp_path / f"{k}.png", rgb, level=k) for k in (0, 9)]
    frame = measures.measure_pictures([*paths, paths[0]])
    assert frame.sha256.nunique() == 2 and frame.sha256[0] == frame.sha256[2]


def test_undecodable_file_is_a_row_and_order_is_kept(tmp_path, rgb):
    good = [write_png(tmp_path / f"{k}.png", rgb[k:]) for k in range(3)]
    bad = tmp_path / "b.jpg"
    bad.write_text("<html>not found</html>")
    frame = measures.measure_pictures([good[0], bad, *good[1:]])
    assert frame.height_px.fillna(-1).tolist() == [30, -1, 29, 28]
    assert frame.problem[1] and len(frame.sha256[1]) == 64


def test_no_pictures_give_an_empty_table():
    frame = measures.measure_pictures([])
    assert len(frame) == 0 and "sha256" in frame


def test_a_file_that_cannot_be_read_is_a_row_too(tmp_path, rgb):
    paths = [tmp_path / "none.png", write_png(tmp_path / "a.png", rgb)]
    frame = measures.measure_pictures(paths)
    assert frame.problem[0].startswith("unreadable: ") and frame.problem[1] == ""
    assert frame.n_bytes[0] == 0 and frame.sha256[0] == ""
