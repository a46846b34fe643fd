import numpy as np
import pytest
from PIL import Image

from helpers.base.errors import ParameterError
from helpers.images import batches, decode, resize


@pytest.fixture
def folder(tmp_path):
    """Write ten pictures, of which 2, 3 and 7 cannot be decoded."""
    rng = np.random.default_rng(0)
    for i in range(10):
        small = rng.integers(0, 256, (4, 5, 3), dtype=np.uint8)
        image = Image.fromarray(small).resize((760, 600), Image.Resampling.BICUBIC)
        image.save(tmp_path / f"{i}.jpg", quality=92)
    (tmp_path / "2.jpg").write_bytes(b"")
    (tmp_path / "3.jpg").write_bytes((tmp_path / "4.jpg").read_bytes()[:2000])
    (tmp_path / "7.jpg").unlink()
    return tmp_path


def paths_in(folder):
    return [folder / f"{i}.jpg" for i in range(10)]


def test_good_pictures_keep_their_order_and_bad_ones_are_listed(folder):
    paths = paths_in(folder)
    pictures, problems, kept = batches.decode_all(paths, 64)
    assert pictures.shape == (7, 64, 64, 3) and pictures.dtype == np.uint8
    assert kept.tolist() == [0, 1, 4, 5, 6, 8, 9]
    assert problems.index.tolist() == [2, 3, 7]
    assert problems["kind"].tolist() == ["empty", "truncated", "unreadable"]
    assert problems["path"].str.endswith(("2.jpg", "3.jpg", "7.jpg")).all()
    assert problems["detail"].str.contains(": ").all()
    for row, position in enumerate(kept):
        alone = batches.decode_all([paths[position]], 64).pictures[0]
        np.testing.assert_array_equal(pictures[row], alone)


@pytest.mark.parametrize("fit", ["squash", "pad", "crop"])
def test_reduced_decoding_gives_nearly_the_same_picture(folder, fit):
    path = folder / "0.jpg"
    found = batches.decode_all([path], 64, fit).pictures[0].astype(int)
    whole = resize.resize(decode.decode(path), 64, 64, fit)
    assert decode.decode(path, at_least_px=128).shape == (150, 190, 3)
    assert np.abs(found - whole).mean() < 0.7


def test_result_does_not_depend_on_the_threads(folder):
    one = batches.decode_all(paths_in(folder), 48, "pad", n_threads=1)
    many = batches.decode_all(paths_in(folder), 48, "pad", n_threads=8)
    np.testing.assert_array_equal(one.pictures, many.pictures)
    np.testing.assert_array_equal(one.kept, many.kept)
    assert one.problems.equals(many.problems)


def test_left_out_pictures_cost_no_second_array(folder):
    pictures = batches.decode_all(paths_in(folder), 32).pictures
    assert pictures.base.shape == (10, 32, 32, 3)


def test_nothing_and_nothing_good(tmp_path):
    pictures, problems, kept = batches.decode_all([], 8)
    assert pictures.shape == (0, 8, 8, 3) and problems.empty and kept.size == 0
    assert list(problems.columns) == ["path", "kind", "detail"]
    pictures, problems, kept = batches.decode_all([tmp_path / "x"], 8)
    assert pictures.shape == (0, 8, 8, 3) and len(problems) == 1 and kept.size == 0


def test_wrong_settings_are_refused_and_not_recorded_as_problems(folder):
    with pytest.raises(ParameterError, match="stretch"):
        batches.decode_all(paths_in(folder), 8, "stretch")
    with pytest.raises(ParameterError, match="0 x 0"):
        batches.decode_all(paths_in(folder), 0)
