import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.base.errors import ParameterError
from helpers.images import resize

FITS = ["squash", "pad", "crop"]


def plain(height, width, rgb=(90, 120, 60)):
    return np.full((height, width, 3), rgb, np.uint8)


@settings(deadline=None)
@given(st.tuples(*[st.integers(1, 70)] * 4), st.sampled_from(FITS), st.integers(0, 255))
def test_one_colour_stays_that_colour_at_any_size(sizes, fit, value):
    height, width, height_px, width_px = sizes
    rgb = plain(height, width, (value, 255 - value, 7))
    found = resize.resize(rgb, height_px, width_px, fit)
    np.testing.assert_array_equal(found, plain(height_px, width_px, rgb[0, 0]))


def test_smaller_is_the_mean_of_what_it_covers():
    rgb = np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype=np.uint8)
    expected = rgb.reshape(3, 4, 5, 4, 3).mean(axis=(1, 3))
    assert np.abs(resize.resize(rgb, 3, 5) - expected).max() <= 0.5


def test_one_axis_shrinks_by_averaging_while_the_other_grows():
    rgb = np.zeros((1, 5000, 3), np.uint8)
    rgb[:, ::2] = 200  # stripes of one pixel: averaged to 100, or else aliased
    found = resize.resize(rgb, 50, 50)
    assert found.shape == (50, 50, 3) and np.abs(found.astype(int) - 100).max() <= 4


def test_larger_stays_smooth_and_keeps_its_corners():
    ramp = np.repeat(np.linspace(0, 255, 8).astype(np.uint8)[None, :, None], 3, axis=2)
    found = resize.resize(np.repeat(ramp, 8, axis=0), 64, 64)[32, :, 0].astype(int)
    assert (np.diff(found) >= 0).all() and found[0] < 8 and found[-1] > 247


def test_pad_keeps_the_whole_picture_in_the_middle():
    rgb = plain(10, 40, (200, 0, 0))
    found = resize.resize(rgb, 20, 20, "pad", pad_rgb=(1, 2, 3))
    np.testing.assert_array_equal(found[7:12], plain(5, 20, (200, 0, 0)))
    assert (found[:7] == (1, 2, 3)).all() and (found[12:] == (1, 2, 3)).all()


def test_pad_takes_the_colour_of_the_edge_by_default():
    rgb = plain(10, 40, (180, 140, 120))
    rgb[3:7, 10:30] = 0  # a dark lesion that does not reach the edge
    found = resize.resize(rgb, 40, 40, "pad")
    assert (found[:15] == (180, 140, 120)).all()
    np.testing.assert_array_equal(found[15:25], rgb)


def test_crop_keeps_the_centre():
    rgb = plain(10, 40, (10, 10, 10))
    rgb[:, 15:25] = 200
    assert (resize.resize(rgb, 10, 10, "crop") == 200).all()
    assert (resize.resize(rgb.swapaxes(0, 1).copy(), 10, 10, "crop") == 200).all()


def test_squash_shows_everything():
    rgb = plain(10, 40, (10, 10, 10))
    rgb[:, 20:] = 200
    found = resize.resize(rgb, 10, 10)
    assert (found[:, :5] == 10).all() and (found[:, 5:] == 200).all()


@pytest.mark.parametrize("fit", FITS)
def test_same_size_is_a_copy(fit):
    rgb = np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    found = resize.resize(rgb, 9, 9, fit)
    np.testing.assert_array_equal(found, rgb)
    assert not np.shares_memory(found, rgb)


def test_what_cannot_be_done_is_refused():
    with pytest.raises(ParameterError, match="'stretch'.*squash"):
        resize.resize(plain(2, 2), 4, 4, "stretch")
    with pytest.raises(ParameterError, match="0 x 4 px"):
        resize.resize(plain(2, 2), 0, 4)
    for bad in (plain(2, 2)[..., 0], plain(2, 2).astype(float), plain(0, 2)):
        with pytest.raises(ValueError, match="need uint8"):
            resize.resize(bad, 4, 4)
